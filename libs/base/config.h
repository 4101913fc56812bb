// Configuration: one struct for each process, its fields declared once.
//
//   struct RelayConfig {
//     std::string database_url = "postgres:///ordermesh";
//     absl::Duration poll_interval = absl::Milliseconds(5);
//     void Declare(base::ConfigFields& fields) {
//       fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
//       fields.Milliseconds("poll_interval_ms", poll_interval, "pause when the outbox is empty").AtLeast(1);
//     }
//   };
//
// A value comes from, the first that has it: the flag `--name=value`, the environment `ORDERMESH_NAME`, the file given
// by `--config=FILE` or `ORDERMESH_CONFIG` (YAML, one `name: value` a line), the default. An unknown name anywhere but
// in the environment, a value that does not parse or is out of range, is an error. `<name>_file` reads a secret from a
// file. A boolean's flag needs no value: `--name` is `--name=true`.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace ordermesh::base {

class ConfigFields {
 public:
  struct Field {
    std::string name;
    std::string type;  // "text", "integer", "milliseconds", "seconds", "boolean", "number"
    std::string help;
    std::string default_value;  // as it would be written
    bool secret = false;
    std::int64_t at_least = std::numeric_limits<std::int64_t>::min();
    std::int64_t at_most = std::numeric_limits<std::int64_t>::max();
    std::function<absl::Status(absl::string_view)> set;
    std::function<std::string()> get;

    // Its value is not printed, and `<name>_file` is accepted for it.
    Field& Secret();
    Field& AtLeast(std::int64_t least);
    Field& AtMost(std::int64_t most);
  };

  // Each declares a field that is kept in `value`, which holds the default and must outlive this object. The returned
  // reference is valid until the next declaration.
  Field& Text(absl::string_view name, std::string& value, absl::string_view help);
  Field& Integer(absl::string_view name, std::int64_t& value, absl::string_view help);
  Field& Integer(absl::string_view name, int& value, absl::string_view help);
  Field& Number(absl::string_view name, double& value, absl::string_view help);
  Field& Boolean(absl::string_view name, bool& value, absl::string_view help);
  // The name ends in _ms or _s and says the unit.
  Field& Milliseconds(absl::string_view name, absl::Duration& value, absl::string_view help);
  Field& Seconds(absl::string_view name, absl::Duration& value, absl::string_view help);

  const std::vector<Field>& all() const { return fields_; }
  std::vector<Field>& all() { return fields_; }

 private:
  Field& Declare(absl::string_view name, absl::string_view type, absl::string_view help,
                 std::function<absl::Status(absl::string_view)> set, std::function<std::string()> get);

  std::vector<Field> fields_;
};

// Looks up an environment variable; empty optional-like: nullptr when not set.
using Environment = std::function<const char*(const char* name)>;

// Fills the declared fields; `args` are those after the program's name. INVALID_ARGUMENT with one line that names the
// field, where its value came from and what is wrong; IsUsageError tells bad usage (exit 64) from bad values (exit 78).
absl::Status LoadConfig(absl::Span<const absl::string_view> args, const Environment& env, ConfigFields& fields);
bool IsUsageError(const absl::Status& status);

// `name=value` for each field, secrets masked; for the log at start.
std::vector<std::pair<std::string, std::string>> DescribeConfig(const ConfigFields& fields);
// Rows of a Markdown table: name, type and range, default, help. docs/configuration.md is made of it.
std::string ConfigTable(const ConfigFields& fields);
// What --help prints.
std::string ConfigHelp(absl::string_view program, const ConfigFields& fields);

}  // namespace ordermesh::base
