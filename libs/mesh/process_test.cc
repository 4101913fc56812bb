// Runs a process of the mesh (process_test_main.cc) and looks at it from outside.
#include "libs/mesh/process.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/exit_codes.h"
#include "libs/mesh/channel.h"
#include "libs/testing/status_matchers.h"
#include "ordermesh/testing/v1/echo.grpc.pb.h"

extern char** environ;

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::v1::EchoReply;
using ::ordermesh::testing::v1::EchoRequest;
using ::ordermesh::testing::v1::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// The process; what it writes to standard output and error is read through a pipe.
class Child {
 public:
  explicit Child(std::vector<std::string> args) {
    // A process that is ended by force leaves its threads behind, which ThreadSanitizer would report.
    static const bool told = [] {
      const char* options = std::getenv("TSAN_OPTIONS");
      const std::string more = absl::StrCat(options == nullptr ? "" : options, ":report_thread_leaks=0");
      return setenv("TSAN_OPTIONS", more.c_str(), 1) == 0;
    }();
    EXPECT_TRUE(told);
    args.insert(args.begin(), PROCESS_TEST_MAIN);
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = ends[0];
  }
  ~Child() {
    if (pid_ != 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }

  void Signal(int signal) const { EXPECT_EQ(kill(pid_, signal), 0); }

  // Reads on until a line contains `text`; gives that line, or nothing when the output ends before.
  std::string AwaitLine(const std::string& text) {
    for (std::string line; ReadLine(line);) {
      if (absl::StrContains(line, text)) return line;
    }
    ADD_FAILURE() << "no line with '" << text << "' in:\n" << read_;
    return "";
  }
  // Reads to the end and waits for it.
  int ExitCode() {
    for (std::string line; ReadLine(line);) {
    }
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  // All that was read so far.
  const std::string& output() const { return read_; }

 private:
  bool ReadLine(std::string& line) {
    line.clear();
    for (char c; read(output_, &c, 1) == 1;) {
      read_ += c;
      if (c == '\n') return true;
      line += c;
    }
    return !line.empty();
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::string read_;
};

// The value of a text field in a line of JSON.
std::string Field(const std::string& line, const std::string& name) {
  const std::string start = absl::StrCat("\"", name, "\":\"");
  const std::size_t at = line.find(start);
  if (at == std::string::npos) return "";
  return line.substr(at + start.size(), line.find('"', at + start.size()) - at - start.size());
}

class ProcessTest : public ::testing::Test {
 protected:
  // A child that serves.
  Child& Serve(std::vector<std::string> args = {"--drain_delay_ms=0"}) {
    child_.emplace(std::move(args));
    const std::string line = child_->AwaitLine("\"event\":\"listening\"");
    address_ = Field(line, "grpc");
    ops_ = Field(line, "ops");
    stub_ = EchoService::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
    return *child_;
  }
  grpc::Status Echo(const std::string& text) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    EchoRequest request;
    request.set_text(text);
    EchoReply reply;
    return stub_->Echo(&context, request, &reply);
  }
  std::future<grpc::Status> EchoLater(const std::string& text) {
    return std::async(std::launch::async, [this, text] { return Echo(text); });
  }
  // What the ops server answers to `path`, by curl.
  std::string Get(const std::string& path) {
    const std::string command = absl::StrCat("curl -s http://", ops_, path);
    FILE* pipe = popen(command.c_str(), "r");
    std::string answer;
    char buffer[4096];
    for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) answer.append(buffer, n);
    pclose(pipe);
    return answer;
  }
  void AwaitInProgress(int count) {
    const std::string line = absl::StrCat("ordermesh_grpc_server_in_progress{method=\"Echo\"} ", count, "\n");
    while (!absl::StrContains(Get("/metrics"), line)) std::this_thread::yield();
  }

  std::optional<Child> child_;
  std::string address_, ops_;
  std::unique_ptr<EchoService::Stub> stub_;
};

TEST_F(ProcessTest, ServesUntilItIsToldToStop) {
  Child& child = Serve({"--drain_delay_ms=0", "--secret=hunter2"});
  EXPECT_THAT(Echo("hello"), IsOk());
  EXPECT_THAT(Get("/readyz"), HasSubstr("\"ready\":true"));
  EXPECT_THAT(Get("/metrics"), HasSubstr("ordermesh_ready 1\n"));
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
  EXPECT_THAT(child.output(), HasSubstr("\"event\":\"stopped\""));
  EXPECT_THAT(child.output(), AllOf(HasSubstr("\"secret\":\"***\""), Not(HasSubstr("hunter2"))));
  EXPECT_LT(child.output().find("second stopped"), child.output().find("first stopped"));
}

TEST_F(ProcessTest, ServesAPartWhenItsStartHasEnded) {
  Serve({"--drain_delay_ms=0", "--trouble=away", "--start_grace_ms=1"});
  while (!absl::StrContains(Get("/readyz"), "\"ready\":true")) std::this_thread::yield();
  EXPECT_THAT(Get("/readyz"), HasSubstr("\"groups\":{\"ordermesh.testing.v1.EchoService\":\"ok\","
                                        "\"ordermesh.testing.v1.EchoService/Later\":\"failing\"},"));
  EXPECT_THAT(Get("/metrics"),
              AllOf(HasSubstr("ordermesh_ready 1\n"),
                    HasSubstr("ordermesh_group_ready{group=\"ordermesh.testing.v1.EchoService\"} 1\n"),
                    HasSubstr("ordermesh_group_ready{group=\"ordermesh.testing.v1.EchoService/Later\"} 0\n")));
}

TEST_F(ProcessTest, WaitsForAllThatItNeedsAtItsStart) {
  Serve({"--drain_delay_ms=0", "--trouble=away", "--start_grace_ms=3600000"});
  EXPECT_THAT(Get("/readyz"), AllOf(HasSubstr("\"ready\":false"), HasSubstr("\"dependency\":\"starting\"")));
}

// This client has made a call, so that it is connected, and polls only during calls.
TEST_F(ProcessTest, DoesNotWaitForAnIdleClient) {
  Child& child = Serve();
  EXPECT_THAT(Echo("hello"), IsOk());
  const absl::Time before = absl::Now();
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));  // of drain_timeout's 20
}

TEST_F(ProcessTest, StopsOnInterruptToo) {
  Child& child = Serve();
  child.Signal(SIGINT);
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
}

TEST_F(ProcessTest, FinishesACallUnderWay) {
  Child& child = Serve();
  std::future<grpc::Status> call = EchoLater("drained");
  AwaitInProgress(1);
  child.Signal(SIGTERM);
  EXPECT_THAT(call.get(), IsOk());
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
}

TEST_F(ProcessTest, ServesOnWhileItIsNotReadyAnyMore) {
  Child& child = Serve({"--drain_delay_ms=1000"});
  child.Signal(SIGTERM);
  child.AwaitLine("\"event\":\"not_ready\"");
  EXPECT_THAT(Get("/readyz"), HasSubstr("\"dependency\":\"draining\""));
  EXPECT_THAT(Get("/healthz"), HasSubstr("alive"));
  EXPECT_THAT(Echo("hello"), IsOk());
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
}

TEST_F(ProcessTest, EndsAtOnceOnASecondSignal) {
  Child& child = Serve();
  std::future<grpc::Status> call = EchoLater("stuck");
  AwaitInProgress(1);
  child.Signal(SIGTERM);
  child.AwaitLine("\"event\":\"draining\"");
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), base::kExitInternal);
  EXPECT_FALSE(call.get().ok());
}

TEST_F(ProcessTest, IsEndedByTheWatchdogWhenACallHangs) {
  Child& child = Serve({"--drain_delay_ms=0", "--drain_timeout_ms=0"});
  std::future<grpc::Status> call = EchoLater("stuck");
  AwaitInProgress(1);
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), base::kExitInternal);
  EXPECT_THAT(child.output(), HasSubstr("\"event\":\"shutdown_hangs\""));
  EXPECT_FALSE(call.get().ok());
}

TEST_F(ProcessTest, StopsWithTheReasonOfAThreadThatCannotGoOn) {
  Child& child = Serve();
  EXPECT_THAT(Echo("fail"), IsOk());
  EXPECT_EQ(child.ExitCode(), base::kExitInternal);
  EXPECT_THAT(child.output(), HasSubstr("it can't go on"));
}

TEST_F(ProcessTest, EndsAtOnceOnASignalBeforeItServes) {
  Child child({"--trouble=hang"});
  child.AwaitLine("\"event\":\"configuration\"");
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), -SIGTERM);
}

// What libraries say goes to our log, as lines of JSON, and without what stood in a message.
TEST_F(ProcessTest, TellsOfTextThatIsNotUtf8WithoutTheText) {
  Child& child = Serve();
  grpc::GenericStub stub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::CompletionQueue queue;
  grpc::Slice request(
      "\x0a\x09"
      "hunter2\xff\xfe");  // field 1, a string
  auto call =
      stub.PrepareUnaryCall(&context, "/ordermesh.testing.v1.EchoService/Echo", grpc::ByteBuffer(&request, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_FALSE(status.ok());
  child.AwaitLine("\"event\":\"protobuf_not_utf8\",\"field\":\"ordermesh.testing.v1.EchoRequest.text\"");
  child.Signal(SIGTERM);
  EXPECT_EQ(child.ExitCode(), base::kExitOk);
  EXPECT_THAT(child.output(), AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("libprotobuf"))));
}

TEST_F(ProcessTest, OffersReflection) {
  Serve();
  grpc::GenericStub stub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto await = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  auto call = stub.PrepareCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  call->StartCall(nullptr);
  ASSERT_TRUE(await());
  grpc::Slice list_services("\x3a\x01*");  // field 7, a string
  call->Write(grpc::ByteBuffer(&list_services, 1), nullptr);
  ASSERT_TRUE(await());
  grpc::ByteBuffer response;
  call->Read(&response, nullptr);
  ASSERT_TRUE(await());
  grpc::Slice bytes;
  ASSERT_TRUE(response.DumpToSingleSlice(&bytes).ok());
  const std::string names(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  EXPECT_THAT(names, AllOf(HasSubstr("ordermesh.testing.v1.EchoService"), HasSubstr("grpc.health.v1.Health")));
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  EXPECT_TRUE(await());
}

struct Failure {
  std::string name;
  std::vector<std::string> args;
  int code;
  std::string says;
};
class ProcessFailureTest : public ::testing::TestWithParam<Failure> {};
TEST_P(ProcessFailureTest, EndsWithItsCodeAndOneClearLine) {
  Child child(GetParam().args);
  EXPECT_EQ(child.ExitCode(), GetParam().code);
  EXPECT_THAT(child.output(), HasSubstr(GetParam().says));
  std::size_t errors = 0;
  for (std::size_t at = 0; (at = child.output().find("\"level\":\"error\"", at)) != std::string::npos; ++at) ++errors;
  EXPECT_EQ(errors, GetParam().code == 0 ? 0u : 1u) << child.output();
}
INSTANTIATE_TEST_SUITE_P(
    Failures, ProcessFailureTest,
    ::testing::Values(Failure{"UnknownFlag", {"--nothing=1"}, base::kExitUsage, "unknown flag --nothing"},
                      Failure{"BadValue", {"--lanes=x"}, base::kExitConfig, "--lanes: 'x' is not a whole number"},
                      Failure{"BadLogLevel", {"--log_level=loud"}, base::kExitConfig, "log_level: 'loud'"},
                      Failure{"BadAddress", {"--listen=here"}, base::kExitConfig, "'here' is not host:port"},
                      Failure{"BadOpsAddress", {"--ops_listen=here"}, base::kExitConfig, "ops_listen: 'here'"},
                      Failure{"NotOurAddress", {"--listen=192.0.2.1:1"}, base::kExitUnavailable, "Cannot assign"},
                      Failure{"BadPart", {"--trouble=invalid"}, base::kExitConfig, "amqp_url: not a URL"},
                      Failure{"RefusedLogin", {"--trouble=denied"}, base::kExitConfig, "rabbitmq: login refused"},
                      Failure{"BrokenPart", {"--trouble=internal"}, base::kExitInternal, "a broken invariant"},
                      Failure{"Help", {"--help"}, base::kExitOk, "Usage: ordermesh-example"},
                      Failure{"PrintConfig", {"--print_config"}, base::kExitOk, "| `drain_delay_ms` | milliseconds"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ProcessTest, SaysThatAPortIsTaken) {
  Serve();
  for (const std::string& flag : {absl::StrCat("--listen=", address_), absl::StrCat("--ops_listen=", ops_)}) {
    Child second({flag});
    EXPECT_EQ(second.ExitCode(), base::kExitUnavailable);
    EXPECT_THAT(second.output(), HasSubstr("Address already in use"));
  }
}

}  // namespace
}  // namespace ordermesh::mesh
