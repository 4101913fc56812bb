#include "libs/http/classify.h"

#include <gtest/gtest.h>

namespace ordermesh::http {
namespace {

using Code = absl::StatusCode;

TEST(ClassifyTest, AnswersByTheirStatus) {
  const struct {
    int status;
    Kind kind;
    Code code;
  } cases[] = {
      {200, Kind::kDone, Code::kOk},
      {204, Kind::kDone, Code::kOk},
      {299, Kind::kDone, Code::kOk},
      {301, Kind::kRedirected, Code::kFailedPrecondition},
      {304, Kind::kRedirected, Code::kFailedPrecondition},
      {400, Kind::kRefused, Code::kInvalidArgument},
      {401, Kind::kRefused, Code::kUnauthenticated},
      {403, Kind::kRefused, Code::kPermissionDenied},
      {404, Kind::kRefused, Code::kNotFound},
      {408, Kind::kBusy, Code::kUnavailable},
      {409, Kind::kRefused, Code::kAborted},
      {410, Kind::kRefused, Code::kNotFound},
      {412, Kind::kRefused, Code::kFailedPrecondition},
      {416, Kind::kRefused, Code::kOutOfRange},
      {422, Kind::kRefused, Code::kInvalidArgument},
      {429, Kind::kBusy, Code::kResourceExhausted},
      {500, Kind::kBroken, Code::kUnavailable},
      {502, Kind::kBroken, Code::kUnavailable},
      {503, Kind::kBusy, Code::kUnavailable},
      {599, Kind::kBroken, Code::kUnavailable},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(KindOfStatus(c.status), c.kind) << c.status;
    EXPECT_EQ(ToStatus(c.kind, c.status, "http").code(), c.code) << c.status;
  }
}

TEST(ClassifyTest, TransfersByTheirFailure) {
  const struct {
    CURLcode failure;
    Kind kind;
    Code code;
  } cases[] = {
      {CURLE_COULDNT_RESOLVE_HOST, Kind::kUnreachable, Code::kUnavailable},
      {CURLE_COULDNT_CONNECT, Kind::kUnreachable, Code::kUnavailable},
      {CURLE_PEER_FAILED_VERIFICATION, Kind::kUntrusted, Code::kUnavailable},
      {CURLE_SSL_CONNECT_ERROR, Kind::kUntrusted, Code::kUnavailable},
      {CURLE_OPERATION_TIMEDOUT, Kind::kTimedOut, Code::kDeadlineExceeded},
      {CURLE_GOT_NOTHING, Kind::kLost, Code::kUnavailable},
      {CURLE_PARTIAL_FILE, Kind::kLost, Code::kUnavailable},
      {CURLE_RECV_ERROR, Kind::kLost, Code::kUnavailable},
      {CURLE_UNSUPPORTED_PROTOCOL, Kind::kInvalid, Code::kInvalidArgument},
      {CURLE_TOO_MANY_REDIRECTS, Kind::kRedirected, Code::kFailedPrecondition},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(KindOfFailure(c.failure, /*sent=*/false), c.kind) << c.failure;
    EXPECT_EQ(ToStatus(c.kind, 0, "http").code(), c.code) << c.failure;
  }
}

TEST(ClassifyTest, AnAnswerThatIsNotHttpIsNoFaultOfTheRequest) {
  EXPECT_EQ(KindOfFailure(CURLE_UNSUPPORTED_PROTOCOL, /*sent=*/true), Kind::kLost);
}

TEST(ClassifyTest, WhatMayHaveBeenDoneIsSentAgainOnlyWhenThatDoesNoHarm) {
  for (Kind kind : {Kind::kUnreachable, Kind::kBusy}) {
    EXPECT_TRUE(MaySendAgain(kind, /*repeatable=*/false)) << static_cast<int>(kind);
    EXPECT_TRUE(MaySendAgain(kind, /*repeatable=*/true)) << static_cast<int>(kind);
  }
  for (Kind kind : {Kind::kLost, Kind::kTimedOut, Kind::kBroken}) {
    EXPECT_FALSE(MaySendAgain(kind, /*repeatable=*/false)) << static_cast<int>(kind);
    EXPECT_TRUE(MaySendAgain(kind, /*repeatable=*/true)) << static_cast<int>(kind);
  }
  for (Kind kind : {Kind::kDone, Kind::kUntrusted, Kind::kRedirected, Kind::kRefused, Kind::kTooLarge, Kind::kStopped,
                    Kind::kInvalid}) {
    EXPECT_FALSE(MaySendAgain(kind, /*repeatable=*/true)) << static_cast<int>(kind);
  }
}

}  // namespace
}  // namespace ordermesh::http
