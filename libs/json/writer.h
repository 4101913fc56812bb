// Writes JSON (RFC 8259) at the end of a text, front to back and without a tree.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::json {

// A string with its quotes. Bytes that are not valid UTF-8 become U+FFFD.
void AppendString(absl::string_view text, std::string& out);

//   std::string out;
//   {
//     json::ObjectWriter order(out);
//     order.String("id", id);
//     json::ArrayWriter lines(order.Name("lines"));
//     for (const Line& line : of) AppendLine(line, lines.Next());
//   }
//
// The object begins where the writer does and ends where it does: so one inside another goes first, and a text is whole
// when no writer of it is left. Nobody checks that a name comes once. `out` must outlive the writer.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ~ObjectWriter() { out_ += '}'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  void String(absl::string_view name, absl::string_view value) { AppendString(value, Name(name)); }
  void Integer(absl::string_view name, std::int64_t value);
  void Bool(absl::string_view name, bool value) { Name(name) += value ? "true" : "false"; }
  // What JSON can't say, the infinite and what is no number, is null.
  void Double(absl::string_view name, double value);
  // Begins a field; its value is appended to what is returned.
  std::string& Name(absl::string_view name);

 private:
  std::string& out_;
  bool first_ = true;
};

class ArrayWriter {
 public:
  explicit ArrayWriter(std::string& out) : out_(out) { out_ += '['; }
  ~ArrayWriter() { out_ += ']'; }
  ArrayWriter(const ArrayWriter&) = delete;
  ArrayWriter& operator=(const ArrayWriter&) = delete;

  // Begins an element; its value is appended to what is returned.
  std::string& Next();

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace ordermesh::json
