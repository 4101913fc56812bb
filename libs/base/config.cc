#include "libs/base/config.h"

#include <yaml-cpp/yaml.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status.h"

namespace ordermesh::base {
namespace {

constexpr char kUsagePayload[] = "ordermesh.usage";
constexpr char kFileSuffix[] = "_file";
constexpr char kMask[] = "***";

absl::Status UsageError(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  status.SetPayload(kUsagePayload, absl::Cord());
  return status;
}

// A value as it was written, and where: "--listen", "ORDERMESH_LISTEN", "gateway.yaml:3".
struct Given {
  std::string text;
  std::string where;
};
using GivenValues = std::map<std::string, Given>;

// The names that may be written: the fields', and "<name>_file" of the secret ones.
bool IsKnown(const ConfigFields& fields, absl::string_view name) {
  for (const ConfigFields::Field& field : fields.all()) {
    if (name == field.name || (field.secret && name == absl::StrCat(field.name, kFileSuffix))) return true;
  }
  return false;
}

bool IsBoolean(const ConfigFields& fields, absl::string_view name) {
  for (const ConfigFields::Field& field : fields.all()) {
    if (name == field.name) return field.type == "boolean";
  }
  return false;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) return absl::InvalidArgumentError(absl::StrCat("cannot read ", path));
  return text;
}

absl::StatusOr<GivenValues> FromFlags(absl::Span<const absl::string_view> args, const ConfigFields& fields) {
  GivenValues given;
  for (absl::string_view arg : args) {
    if (!absl::StartsWith(arg, "--")) return UsageError(absl::StrCat("'", arg, "': want --name=value; see --help"));
    const absl::string_view rest = arg.substr(2);
    const std::size_t equals = rest.find('=');
    const std::string name(rest.substr(0, equals));
    if (name != "config" && !IsKnown(fields, name))
      return UsageError(absl::StrCat("unknown flag --", name, "; see --help"));
    if (equals == absl::string_view::npos && !IsBoolean(fields, name)) {
      return UsageError(absl::StrCat("--", name, " needs a value: --", name, "=…"));
    }
    std::string value = equals == absl::string_view::npos ? "true" : std::string(rest.substr(equals + 1));
    if (!given.emplace(name, Given{std::move(value), absl::StrCat("--", name)}).second) {
      return UsageError(absl::StrCat("--", name, " is given twice"));
    }
  }
  return given;
}

std::optional<Given> FromEnvironment(const Environment& env, absl::string_view name) {
  const std::string variable = absl::StrCat("ORDERMESH_", absl::AsciiStrToUpper(name));
  const char* value = env(variable.c_str());
  if (value == nullptr) return std::nullopt;
  return Given{value, variable};
}

absl::StatusOr<GivenValues> ParseYaml(const std::string& path, const std::string& text, const ConfigFields& fields) {
  GivenValues given;
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return given;  // an empty file
    if (!root.IsMap()) return absl::InvalidArgumentError(absl::StrCat(path, ": want one `name: value` a line"));
    for (const auto& entry : root) {
      const std::string name = entry.first.as<std::string>();
      const std::string where = absl::StrCat(path, ":", entry.first.Mark().line + 1);
      if (!IsKnown(fields, name)) return absl::InvalidArgumentError(absl::StrCat(where, ": unknown name '", name, "'"));
      if (!entry.second.IsScalar()) {
        return absl::InvalidArgumentError(absl::StrCat(where, ": '", name, "' wants one plain value"));
      }
      if (!given.emplace(name, Given{entry.second.Scalar(), where}).second) {
        return absl::InvalidArgumentError(absl::StrCat(where, ": '", name, "' is given twice"));
      }
    }
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":", error.mark.line + 1, ": ", error.msg));
  }
  return given;
}

absl::StatusOr<GivenValues> FromFile(const GivenValues& flags, const Environment& env, const ConfigFields& fields) {
  std::string path;
  if (auto flag = flags.find("config"); flag != flags.end()) {
    path = flag->second.text;
  } else if (std::optional<Given> variable = FromEnvironment(env, "config")) {
    path = variable->text;
  }
  if (path.empty()) return GivenValues();
  ASSIGN_OR_RETURN(std::string text, ReadFile(path));
  return ParseYaml(path, text, fields);
}

// What one source (flags, environment or file) says of a field: its value, or the file that holds it.
absl::StatusOr<std::optional<Given>> Resolve(const ConfigFields::Field& field, std::optional<Given> value,
                                             std::optional<Given> file) {
  if (!field.secret || !file.has_value()) return value;
  if (value.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(value->where, " and ", file->where, " exclude each other"));
  }
  absl::StatusOr<std::string> text = ReadFile(file->text);
  if (!text.ok()) return Annotate(text.status(), file->where);
  return Given{std::string(absl::StripTrailingAsciiWhitespace(*text)), file->where};
}

std::optional<Given> Find(const GivenValues& values, const std::string& name) {
  auto it = values.find(name);
  if (it == values.end()) return std::nullopt;
  return it->second;
}

absl::StatusOr<std::optional<Given>> Choose(const ConfigFields::Field& field, const GivenValues& flags,
                                            const Environment& env, const GivenValues& file) {
  const std::string in_file = field.name + kFileSuffix;
  ASSIGN_OR_RETURN(std::optional<Given> flag, Resolve(field, Find(flags, field.name), Find(flags, in_file)));
  if (flag.has_value()) return flag;
  ASSIGN_OR_RETURN(std::optional<Given> variable,
                   Resolve(field, FromEnvironment(env, field.name), FromEnvironment(env, in_file)));
  if (variable.has_value()) return variable;
  return Resolve(field, Find(file, field.name), Find(file, in_file));
}

// A message about a value, which is shown unless it is a secret.
absl::Status BadValue(const ConfigFields::Field& field, const Given& given, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(given.where, ": '", field.secret ? kMask : given.text, "' ", problem));
}

std::string RangeText(const ConfigFields::Field& field) {
  const bool least = field.at_least != std::numeric_limits<std::int64_t>::min();
  const bool most = field.at_most != std::numeric_limits<std::int64_t>::max();
  if (least && most) return absl::StrCat(field.at_least, " to ", field.at_most);
  if (least) return absl::StrCat("at least ", field.at_least);
  if (most) return absl::StrCat("at most ", field.at_most);
  return "";
}

absl::Status Apply(ConfigFields::Field& field, const Given& given) {
  double number = 0;
  if (field.type != "text" && field.type != "boolean" && absl::SimpleAtod(given.text, &number) &&
      (number < static_cast<double>(field.at_least) || number > static_cast<double>(field.at_most))) {
    return BadValue(field, given, absl::StrCat("is out of range: want ", RangeText(field)));
  }
  absl::Status set = field.set(given.text);
  return set.ok() ? set : BadValue(field, given, set.message());
}

std::string EscapeCell(absl::string_view text) { return absl::StrReplaceAll(text, {{"|", "\\|"}}); }

template <class Integer>
absl::Status SetInteger(absl::string_view text, Integer& value) {
  return absl::SimpleAtoi(text, &value) ? absl::OkStatus() : absl::InvalidArgumentError("is not a whole number");
}

absl::Status SetDuration(absl::string_view text, absl::Duration unit, absl::Duration& value) {
  std::int64_t count = 0;
  RETURN_IF_ERROR(SetInteger(text, count));
  value = count * unit;
  return absl::OkStatus();
}

std::string NumberText(double value) { return absl::StrCat(value); }

}  // namespace

ConfigFields::Field& ConfigFields::Field::Secret() {
  secret = true;
  return *this;
}
ConfigFields::Field& ConfigFields::Field::AtLeast(std::int64_t least) {
  at_least = least;
  return *this;
}
ConfigFields::Field& ConfigFields::Field::AtMost(std::int64_t most) {
  at_most = most;
  return *this;
}

ConfigFields::Field& ConfigFields::Declare(absl::string_view name, absl::string_view type, absl::string_view help,
                                           std::function<absl::Status(absl::string_view)> set,
                                           std::function<std::string()> get) {
  Field field;
  field.name = std::string(name);
  field.type = std::string(type);
  field.help = std::string(help);
  field.default_value = get();
  field.set = std::move(set);
  field.get = std::move(get);
  fields_.push_back(std::move(field));
  return fields_.back();
}

ConfigFields::Field& ConfigFields::Text(absl::string_view name, std::string& value, absl::string_view help) {
  return Declare(
      name, "text", help,
      [&value](absl::string_view text) {
        value = std::string(text);
        return absl::OkStatus();
      },
      [&value] { return value; });
}

ConfigFields::Field& ConfigFields::Integer(absl::string_view name, std::int64_t& value, absl::string_view help) {
  return Declare(
      name, "integer", help, [&value](absl::string_view text) { return SetInteger(text, value); },
      [&value] { return absl::StrCat(value); });
}

ConfigFields::Field& ConfigFields::Integer(absl::string_view name, int& value, absl::string_view help) {
  return Declare(
      name, "integer", help, [&value](absl::string_view text) { return SetInteger(text, value); },
      [&value] { return absl::StrCat(value); });
}

ConfigFields::Field& ConfigFields::Number(absl::string_view name, double& value, absl::string_view help) {
  return Declare(
      name, "number", help,
      [&value](absl::string_view text) {
        double parsed = 0;
        if (!absl::SimpleAtod(text, &parsed) || !std::isfinite(parsed)) {
          return absl::InvalidArgumentError("is not a number");
        }
        value = parsed;
        return absl::OkStatus();
      },
      [&value] { return NumberText(value); });
}

ConfigFields::Field& ConfigFields::Boolean(absl::string_view name, bool& value, absl::string_view help) {
  return Declare(
      name, "boolean", help,
      [&value](absl::string_view text) {
        if (text != "true" && text != "false") return absl::InvalidArgumentError("is neither true nor false");
        value = text == "true";
        return absl::OkStatus();
      },
      [&value] { return std::string(value ? "true" : "false"); });
}

ConfigFields::Field& ConfigFields::Milliseconds(absl::string_view name, absl::Duration& value, absl::string_view help) {
  return Declare(
      name, "milliseconds", help,
      [&value](absl::string_view text) { return SetDuration(text, absl::Milliseconds(1), value); },
      [&value] { return absl::StrCat(absl::ToInt64Milliseconds(value)); });
}

ConfigFields::Field& ConfigFields::Seconds(absl::string_view name, absl::Duration& value, absl::string_view help) {
  return Declare(
      name, "seconds", help, [&value](absl::string_view text) { return SetDuration(text, absl::Seconds(1), value); },
      [&value] { return absl::StrCat(absl::ToInt64Seconds(value)); });
}

absl::Status LoadConfig(absl::Span<const absl::string_view> args, const Environment& env, ConfigFields& fields) {
  ASSIGN_OR_RETURN(const GivenValues flags, FromFlags(args, fields));
  ASSIGN_OR_RETURN(const GivenValues file, FromFile(flags, env, fields));
  for (ConfigFields::Field& field : fields.all()) {
    ASSIGN_OR_RETURN(std::optional<Given> given, Choose(field, flags, env, file));
    if (given.has_value()) RETURN_IF_ERROR(Apply(field, *given));
  }
  return absl::OkStatus();
}

bool IsUsageError(const absl::Status& status) { return status.GetPayload(kUsagePayload).has_value(); }

std::vector<std::pair<std::string, std::string>> DescribeConfig(const ConfigFields& fields) {
  std::vector<std::pair<std::string, std::string>> described;
  for (const ConfigFields::Field& field : fields.all()) {
    const std::string value = field.get();
    described.emplace_back(field.name, field.secret && !value.empty() ? kMask : value);
  }
  return described;
}

std::string ConfigTable(const ConfigFields& fields) {
  std::string table = "| name | type | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const ConfigFields::Field& field : fields.all()) {
    const std::string range = RangeText(field);
    absl::StrAppend(&table, "| `", field.name, "` | ", field.type, range.empty() ? "" : ", ", range, " | ",
                    field.default_value.empty() ? "" : absl::StrCat("`", EscapeCell(field.default_value), "`"), " | ",
                    EscapeCell(field.help), field.secret ? " (secret: also as `" : "", field.secret ? field.name : "",
                    field.secret ? "_file`)" : "", " |\n");
  }
  return table;
}

std::string ConfigHelp(absl::string_view program, const ConfigFields& fields) {
  std::string help = absl::StrCat("Usage: ", program, " [--config=FILE] [--name=value…]\n\n",
                                  "A value comes from the flag, the environment ORDERMESH_NAME, the file (YAML, one\n"
                                  "`name: value` a line), the default; the first that has it.\n\n");
  for (const ConfigFields::Field& field : fields.all()) {
    const std::string range = RangeText(field);
    absl::StrAppend(&help, "  --", field.name, "=", field.type, range.empty() ? "" : " (", range,
                    range.empty() ? "" : ")", "\n        ", field.help, "\n        default: ", field.default_value,
                    "\n");
  }
  absl::StrAppend(&help, "\n  --help          this text\n  --print_config  the same as a Markdown table\n");
  return help;
}

}  // namespace ordermesh::base
