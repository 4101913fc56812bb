// A validator in memory, for tests.
#pragma once

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libs/aio/completion.h"
#include "libs/domain/rule_table.h"
#include "services/gateway/app/validator.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {

// Prices each line at 1.00 EUR: SKU "n" is ProductNumber(n). An order with no lines is refused, and so is a SKU that
// was taken off sale. Of one lane.
class FakeValidator : public Validator {
 public:
  void TakeOffSale(const std::string& sku) { off_sale_.insert(sku); }
  void SetPrice(std::int64_t minor) { price_ = minor; }
  // The next call fails. Several: one after the other.
  void FailNext(absl::Status status) { failures_.push_back(std::move(status)); }
  // From now on every call waits, until Release.
  void Hold() { held_ = true; }
  void Release() {
    held_ = false;
    for (auto& go_on : std::exchange(waiting_, {})) go_on(true);
  }

  const std::vector<std::size_t>& batch_sizes() const { return batch_sizes_; }
  const std::vector<base::SteadyTime>& deadlines() const { return deadlines_; }
  const std::vector<std::string>& traceparents() const { return traceparents_; }
  int most_at_once() const { return most_at_once_; }

  aio::Task<absl::StatusOr<std::vector<Validation>>> Validate(aio::Lane& lane,
                                                              std::vector<const domain::NewOrder*> orders,
                                                              base::Deadline deadline,
                                                              std::string traceparent) override {
    batch_sizes_.push_back(orders.size());
    deadlines_.push_back(deadline.time());
    traceparents_.push_back(std::move(traceparent));
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    if (held_) {
      aio::Completion<bool> released(lane);
      waiting_.push_back(released.setter());
      co_await released;
    }
    --at_once_;
    if (!failures_.empty()) {
      absl::Status failure = std::move(failures_.front());
      failures_.pop_front();
      co_return failure;
    }
    std::vector<Validation> validations;
    for (const domain::NewOrder* order : orders) validations.push_back(Check(*order));
    co_return validations;
  }

 private:
  Validation Check(const domain::NewOrder& order) const {
    std::vector<domain::Violation> violations;
    if (order.lines.empty()) violations.push_back(domain::Broken(domain::Rule::kLinesEmpty, "lines"));
    std::vector<domain::OrderLine> lines;
    for (std::size_t i = 0; i < order.lines.size(); ++i) {
      if (off_sale_.contains(order.lines[i].sku)) {
        violations.push_back(domain::Broken(domain::Rule::kProductNotForSale, absl::StrCat("lines[", i, "].sku")));
        continue;
      }
      lines.push_back(ALine(static_cast<std::uint32_t>(std::stoul(order.lines[i].sku)),
                            static_cast<std::int32_t>(order.lines[i].quantity)));
      lines.back().unit_price_minor = price_;
    }
    if (!violations.empty()) return domain::ToStatus(domain::Refuse(std::move(violations)));
    return APricedOrder(std::move(lines));
  }

  std::set<std::string> off_sale_;
  std::int64_t price_ = 100;
  std::deque<absl::Status> failures_;
  bool held_ = false;
  std::vector<aio::Completion<bool>::Setter> waiting_;
  std::vector<std::size_t> batch_sizes_;
  std::vector<base::SteadyTime> deadlines_;
  std::vector<std::string> traceparents_;
  int at_once_ = 0, most_at_once_ = 0;
};

}  // namespace ordermesh::gateway
