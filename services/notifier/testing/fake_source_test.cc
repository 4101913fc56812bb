#include "services/notifier/testing/fake_source.h"

#include <gtest/gtest.h>

#include <memory>

#include "services/notifier/testing/source_conformance.h"

namespace ordermesh::notifier {
namespace {

class FakeHarness : public SourceHarness {
 public:
  void Publish(const std::vector<std::string>& bodies) override {
    for (const std::string& body : bodies) source_.Publish(body);
  }
  DeliverySource& source() override { return source_; }
  std::vector<std::string> Buried() override {
    std::vector<std::string> all = source_.buried();
    for (const std::string& body : source_.refused()) all.push_back(body);
    return all;
  }

 private:
  FakeSource source_{kHarnessLimit};
};

INSTANTIATE_TEST_SUITE_P(Fake, SourceConformance, ::testing::Values([] { return std::make_unique<FakeHarness>(); }));

}  // namespace
}  // namespace ordermesh::notifier
