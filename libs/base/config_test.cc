#include "libs/base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "libs/testing/status_matchers.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

struct ExampleConfig {
  std::string listen = "127.0.0.1:1";
  std::string database_url = "postgres:///default";
  std::int64_t limit = 10;
  double ratio = 0.5;
  bool dry_run = false;
  absl::Duration poll = absl::Milliseconds(200);
  absl::Duration age = absl::Seconds(30);

  void Declare(ConfigFields& fields) {
    fields.Text("listen", listen, "where to listen");
    fields.Text("database_url", database_url, "the database").Secret();
    fields.Integer("limit", limit, "most at once").AtLeast(1).AtMost(100);
    fields.Number("ratio", ratio, "a part").AtLeast(0).AtMost(1);
    fields.Boolean("dry_run", dry_run, "change nothing");
    fields.Milliseconds("poll_ms", poll, "pause").AtLeast(1);
    fields.Seconds("age_s", age, "most seconds");
  }
};

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() { config_.Declare(fields_); }

  absl::Status Load(std::vector<absl::string_view> args) {
    return LoadConfig(
        args,
        [this](const char* name) -> const char* {
          auto it = env_.find(name);
          return it == env_.end() ? nullptr : it->second.c_str();
        },
        fields_);
  }
  std::string WriteFile(const std::string& name, const std::string& text) {
    const std::string path = ::testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  ExampleConfig config_;
  ConfigFields fields_;
  std::map<std::string, std::string> env_;
};

TEST_F(ConfigTest, KeepsDefaultsWhenNothingIsGiven) {
  EXPECT_THAT(Load({}), IsOk());
  EXPECT_EQ(config_.listen, "127.0.0.1:1");
  EXPECT_EQ(config_.limit, 10);
  EXPECT_EQ(config_.poll, absl::Milliseconds(200));
}

TEST_F(ConfigTest, ReadsEveryTypeFromFlags) {
  EXPECT_THAT(Load({"--listen=h:2", "--limit=7", "--ratio=0.25", "--dry_run", "--poll_ms=5", "--age_s=60"}), IsOk());
  EXPECT_EQ(config_.listen, "h:2");
  EXPECT_EQ(config_.limit, 7);
  EXPECT_EQ(config_.ratio, 0.25);
  EXPECT_TRUE(config_.dry_run);
  EXPECT_EQ(config_.poll, absl::Milliseconds(5));
  EXPECT_EQ(config_.age, absl::Seconds(60));
}

TEST_F(ConfigTest, PrefersFlagThenEnvironmentThenFile) {
  const std::string path = WriteFile("precedence.yaml", "limit: 3\nlisten: file:1\nratio: 0.1\n");
  const std::string flag = "--config=" + path;
  env_ = {{"ORDERMESH_LISTEN", "env:1"}, {"ORDERMESH_LIMIT", "4"}};
  EXPECT_THAT(Load({flag, "--limit=5"}), IsOk());
  EXPECT_EQ(config_.limit, 5);
  EXPECT_EQ(config_.listen, "env:1");
  EXPECT_EQ(config_.ratio, 0.1);
}

TEST_F(ConfigTest, TakesTheFileNamedByTheEnvironment) {
  env_["ORDERMESH_CONFIG"] = WriteFile("by_env.yaml", "limit: 42\n");
  EXPECT_THAT(Load({}), IsOk());
  EXPECT_EQ(config_.limit, 42);
}

TEST_F(ConfigTest, ReadsASecretFromAFile) {
  env_["ORDERMESH_DATABASE_URL_FILE"] = WriteFile("secret", "postgres://u:p@h/db\n");
  EXPECT_THAT(Load({}), IsOk());
  EXPECT_EQ(config_.database_url, "postgres://u:p@h/db");
}

TEST_F(ConfigTest, ForgivesUnknownEnvironmentVariables) {
  env_["ORDERMESH_SOMETHING_ELSE"] = "1";
  EXPECT_THAT(Load({}), IsOk());
}

struct BadFlag {
  std::string name;
  std::string flag;
  bool usage;
  std::string message;
};
class BadFlagTest : public ConfigTest, public ::testing::WithParamInterface<BadFlag> {};
TEST_P(BadFlagTest, IsRefusedByName) {
  const absl::Status status = Load({GetParam().flag});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
  EXPECT_EQ(IsUsageError(status), GetParam().usage) << status;
}
INSTANTIATE_TEST_SUITE_P(
    Flags, BadFlagTest,
    ::testing::Values(BadFlag{"Unknown", "--nothing=1", true, "unknown flag --nothing"},
                      BadFlag{"NoDashes", "listen=1", true, "'listen=1'"},
                      BadFlag{"NoValue", "--listen", true, "--listen needs a value"},
                      BadFlag{"FileOfAPlainField", "--listen_file=x", true, "unknown flag --listen_file"},
                      BadFlag{"NotANumber", "--limit=many", false, "--limit: 'many' is not a whole number"},
                      BadFlag{"Fraction", "--limit=1.5", false, "is not a whole number"},
                      BadFlag{"TooSmall", "--limit=0", false, "is out of range: want 1 to 100"},
                      BadFlag{"TooLarge", "--limit=101", false, "is out of range: want 1 to 100"},
                      BadFlag{"NegativePause", "--poll_ms=-1", false, "want at least 1"},
                      BadFlag{"Overflow", "--limit=99999999999999999999", false, "--limit"},
                      BadFlag{"NotFinite", "--ratio=nan", false, "is not a number"},
                      BadFlag{"NotABoolean", "--dry_run=yes", false, "is neither true nor false"},
                      BadFlag{"NoSuchSecretFile", "--database_url_file=/nonexistent/x", false,
                              "--database_url_file: cannot read /nonexistent/x"},
                      BadFlag{"NoSuchFile", "--config=/nonexistent/x", false, "cannot read /nonexistent/x"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ConfigTest, RefusesAFlagGivenTwice) { EXPECT_TRUE(IsUsageError(Load({"--limit=1", "--limit=2"}))); }

struct BadFile {
  std::string name;
  std::string text;
  std::string message;
};
class BadFileTest : public ConfigTest, public ::testing::WithParamInterface<BadFile> {};
TEST_P(BadFileTest, IsRefusedWithItsLine) {
  const std::string flag = "--config=" + WriteFile("bad_" + GetParam().name + ".yaml", GetParam().text);
  const absl::Status status = Load({flag});
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
  EXPECT_FALSE(IsUsageError(status));
}
INSTANTIATE_TEST_SUITE_P(Files, BadFileTest,
                         ::testing::Values(BadFile{"UnknownName", "limit: 1\nlimits: 2\n",
                                                   ".yaml:2: unknown name 'limits'"},
                                           BadFile{"NotAMap", "- a\n- b\n", "want one `name: value` a line"},
                                           BadFile{"Nested", "listen:\n  host: x\n", "'listen' wants one plain value"},
                                           BadFile{"Twice", "limit: 1\nlimit: 2\n", "given twice"},
                                           BadFile{"BadValue", "limit: x\n", ".yaml:1: 'x' is not a whole number"},
                                           BadFile{"NotYaml", "listen: [\n", ".yaml:"}),
                         [](const auto& info) { return info.param.name; });

TEST_F(ConfigTest, RefusesASecretGivenTwiceByOneSource) {
  const std::string file = "--database_url_file=" + WriteFile("secret2", "x");
  EXPECT_THAT(Load({"--database_url=y", file}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("exclude")));
}

TEST_F(ConfigTest, NeverShowsASecret) {
  EXPECT_THAT(Load({"--database_url=postgres://u:hunter2@h/db"}), IsOk());
  EXPECT_THAT(DescribeConfig(fields_), Contains(Pair("database_url", "***")));
  EXPECT_THAT(DescribeConfig(fields_), Contains(Pair("poll_ms", "200")));
  EXPECT_THAT(ConfigTable(fields_), Not(HasSubstr("hunter2")));
  EXPECT_THAT(ConfigHelp("x", fields_), Not(HasSubstr("hunter2")));
}

TEST_F(ConfigTest, DescribesItselfAsATableAndAsHelp) {
  EXPECT_THAT(ConfigTable(fields_), HasSubstr("| `limit` | integer, 1 to 100 | `10` | most at once |\n"));
  EXPECT_THAT(ConfigTable(fields_), HasSubstr("also as `database_url_file`"));
  EXPECT_THAT(ConfigHelp("ordermesh-example", fields_), HasSubstr("--poll_ms=milliseconds (at least 1)"));
}

}  // namespace
}  // namespace ordermesh::base
