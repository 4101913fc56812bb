#include "tools/bench/options.h"

#include <functional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ordermesh::bench {
namespace {

struct Option {
  const char* name;
  const char* help;
  std::function<bool(absl::string_view, Options&)> set;
};

bool SetNumber(absl::string_view text, double least, double& value) {
  return absl::SimpleAtod(text, &value) && value >= least;
}
bool SetInteger(absl::string_view text, int least, int& value) {
  return absl::SimpleAtoi(text, &value) && value >= least;
}
bool SetFlag(absl::string_view text, bool& flag) {
  return text.empty() ? (flag = true) : absl::SimpleAtob(text, &flag);
}
bool SetRange(absl::string_view text, int least, Range& range) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  if (parts.size() > 2 || !absl::SimpleAtoi(parts.front(), &range.first)) return false;
  return absl::SimpleAtoi(parts.back(), &range.last) && range.first >= least && range.last >= range.first;
}

const std::vector<Option>& Table() {
  static const auto& table = *new std::vector<Option>{
      {"target", "HOST:PORT of the gateway's gRPC server, or of the edge",
       [](absl::string_view text, Options& o) { return !(o.target = std::string(text)).empty(); }},
      {"rate", "orders a second, on a fixed schedule",
       [](absl::string_view text, Options& o) { return SetNumber(text, 0.1, o.rate); }},
      {"seconds", "how long to measure",
       [](absl::string_view text, Options& o) { return SetNumber(text, 0.1, o.seconds); }},
      {"warm_up", "seconds of load before that, not measured",
       [](absl::string_view text, Options& o) { return SetNumber(text, 0, o.warm_up); }},
      {"connections", "HTTP/2 connections",
       [](absl::string_view text, Options& o) { return SetInteger(text, 1, o.connections); }},
      {"deadline", "seconds, of each call",
       [](absl::string_view text, Options& o) { return SetNumber(text, 0.001, o.deadline); }},
      {"customers", "range of customers, 0-999 is CUST-0000 to CUST-0999",
       [](absl::string_view text, Options& o) { return SetRange(text, 0, o.customers); }},
      {"skus", "range of products, 0-998 is SKU-0000 to SKU-0998",
       [](absl::string_view text, Options& o) { return SetRange(text, 0, o.skus); }},
      {"lines", "range of lines of an order",
       [](absl::string_view text, Options& o) { return SetRange(text, 1, o.lines); }},
      {"quantity", "range of pieces of a line",
       [](absl::string_view text, Options& o) { return SetRange(text, 1, o.quantity); }},
      {"seed", "of the random orders",
       [](absl::string_view text, Options& o) { return absl::SimpleAtoi(text, &o.seed); }},
      {"max_rate", "no schedule: `in_flight` calls at any time (true or false)",
       [](absl::string_view text, Options& o) { return SetFlag(text, o.max_rate); }},
      {"in_flight", "with max_rate: calls at any time",
       [](absl::string_view text, Options& o) { return SetInteger(text, 1, o.in_flight); }},
      {"http", "POST /v1/orders with JSON, for the edge as the target (true or false)",
       [](absl::string_view text, Options& o) { return SetFlag(text, o.http); }},
  };
  return table;
}

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::Span<const absl::string_view> arguments) {
  Options options;
  for (const absl::string_view argument : arguments) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(argument, absl::MaxSplits('=', 1));
    bool found = false;
    for (const Option& option : Table()) {
      if (parts.first != absl::StrCat("--", option.name)) continue;
      found = true;
      if (!option.set(parts.second, options)) return absl::InvalidArgumentError(absl::StrCat(argument, ": bad value"));
    }
    if (!found) return absl::InvalidArgumentError(absl::StrCat(argument, ": no such option; see --help"));
  }
  if (options.lines.last > options.skus.last - options.skus.first + 1) {
    return absl::InvalidArgumentError("lines: more than there are products in skus, and no product may come twice");
  }
  return options;
}

std::string Help() {
  std::string help = "Places orders at a gateway, and prints as JSON what became of them.\n\n";
  for (const Option& option : Table()) absl::StrAppend(&help, "  --", option.name, "=…\n        ", option.help, "\n");
  return help;
}

}  // namespace ordermesh::bench
