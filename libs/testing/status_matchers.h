// Matchers for absl::Status, absl::StatusOr<T> and grpc::Status.
//
//   EXPECT_THAT(store.Put(order), IsOk());
//   EXPECT_THAT(store.Get(id), IsOkAndHolds(Field(&Order::state, State::kAccepted)));
//   EXPECT_THAT(store.Get(other), StatusIs(absl::StatusCode::kNotFound, HasSubstr("other")));
#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace ordermesh::testing {
namespace internal {

inline absl::Status ToStatus(const absl::Status& status) { return status; }
template <class T>
absl::Status ToStatus(const absl::StatusOr<T>& value) {
  return value.status();
}
// grpc::Status, whose header need not be included here: the codes are the same numbers.
template <class T>
auto ToStatus(const T& status) -> decltype(status.error_code(), absl::Status()) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

class IsOkMatcher {
 public:
  template <class T>
  bool MatchAndExplain(const T& value, ::testing::MatchResultListener* listener) const {
    const absl::Status status = ToStatus(value);
    *listener << "which is " << status.ToString();
    return status.ok();
  }
  void DescribeTo(std::ostream* out) const { *out << "is OK"; }
  void DescribeNegationTo(std::ostream* out) const { *out << "is not OK"; }
};

class StatusIsMatcher {
 public:
  StatusIsMatcher(absl::StatusCode code, ::testing::Matcher<std::string> message)
      : code_(code), message_(std::move(message)) {}
  template <class T>
  bool MatchAndExplain(const T& value, ::testing::MatchResultListener* listener) const {
    const absl::Status status = ToStatus(value);
    *listener << "which is " << status.ToString();
    return status.code() == code_ && message_.Matches(std::string(status.message()));
  }
  void DescribeTo(std::ostream* out) const {
    *out << "is " << absl::StatusCodeToString(code_) << " with a message that ";
    message_.DescribeTo(out);
  }
  void DescribeNegationTo(std::ostream* out) const {
    *out << "is not " << absl::StatusCodeToString(code_) << ", or its message ";
    message_.DescribeNegationTo(out);
  }

 private:
  absl::StatusCode code_;
  ::testing::Matcher<std::string> message_;
};

template <class Inner>
class IsOkAndHoldsMatcher {
 public:
  explicit IsOkAndHoldsMatcher(Inner inner) : inner_(std::move(inner)) {}

  template <class T>
  operator ::testing::Matcher<T>() const {  // NOLINT: a polymorphic matcher converts implicitly
    return ::testing::Matcher<T>(new Impl<T>(inner_));
  }

 private:
  template <class T>
  class Impl : public ::testing::MatcherInterface<T> {
    using Value = typename std::decay_t<T>::value_type;

   public:
    explicit Impl(const Inner& inner) : inner_(::testing::SafeMatcherCast<const Value&>(inner)) {}
    bool MatchAndExplain(T value, ::testing::MatchResultListener* listener) const override {
      if (value.ok()) return inner_.MatchAndExplain(*value, listener);
      *listener << "which is " << value.status().ToString();
      return false;
    }
    void DescribeTo(std::ostream* out) const override {
      *out << "is OK and holds a value that ";
      inner_.DescribeTo(out);
    }
    void DescribeNegationTo(std::ostream* out) const override {
      *out << "is not OK, or holds a value that ";
      inner_.DescribeNegationTo(out);
    }

   private:
    ::testing::Matcher<const Value&> inner_;
  };
  Inner inner_;
};

}  // namespace internal

inline auto IsOk() { return ::testing::MakePolymorphicMatcher(internal::IsOkMatcher()); }

template <class Message = ::testing::Matcher<std::string>>
auto StatusIs(absl::StatusCode code, Message message = ::testing::A<std::string>()) {
  return ::testing::MakePolymorphicMatcher(
      internal::StatusIsMatcher(code, ::testing::SafeMatcherCast<std::string>(std::move(message))));
}

template <class Inner>
auto IsOkAndHolds(Inner inner) {
  return internal::IsOkAndHoldsMatcher<Inner>(std::move(inner));
}

}  // namespace ordermesh::testing

#define ORDERMESH_TEST_CONCAT_(a, b) a##b
#define ORDERMESH_TEST_CONCAT(a, b) ORDERMESH_TEST_CONCAT_(a, b)
// Declares `lhs` from a StatusOr, or fails the test.
#define ASSERT_OK_AND_ASSIGN(lhs, expression) \
  ASSERT_OK_AND_ASSIGN_(ORDERMESH_TEST_CONCAT(asserted_, __LINE__), lhs, expression)
#define ASSERT_OK_AND_ASSIGN_(temporary, lhs, expression)        \
  auto temporary = (expression);                                 \
  ASSERT_THAT(temporary.status(), ::ordermesh::testing::IsOk()); \
  lhs = *std::move(temporary)
