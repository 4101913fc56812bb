// Looks at how a program declares its settings.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/config.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::testing {

// Fills `config` as a command line with these flags does, without environment and file.
template <class Config>
absl::Status LoadFlags(const std::vector<std::string>& flags, Config& config) {
  base::ConfigFields fields;
  config.Declare(fields);
  const std::vector<absl::string_view> args(flags.begin(), flags.end());
  return base::LoadConfig(
      args, [](const char*) -> const char* { return nullptr; }, fields);
}

// Fails the test unless each field has a name of its own, a default that may be given as it is printed, and is masked
// when it may hold a password.
template <class Config>
void ExpectSoundFields(Config config) {
  base::ConfigFields fields;
  config.Declare(fields);
  std::set<std::string> names;
  for (const base::ConfigFields::Field& field : fields.all()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name << " is declared twice";
    EXPECT_THAT(field.set(field.default_value), IsOk()) << field.name << "=" << field.default_value;
    const bool holds_password = field.name == "database_url" || field.name == "amqp_url" || field.name == "smtp_url" ||
                                absl::EndsWith(field.name, "password");
    EXPECT_TRUE(field.secret || !holds_password) << field.name << " would be printed";
  }
}

// Fails the test unless the flag is refused, by a line that names its field.
template <class Config>
void ExpectRefused(const std::string& flag, Config config) {
  const std::string name = flag.substr(2, flag.find('=') - 2);
  EXPECT_THAT(LoadFlags({flag}, config), StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr(name)))
      << flag;
}

}  // namespace ordermesh::testing
