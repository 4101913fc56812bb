// The byte form of small records that we write ourselves: numbers as varints, text with its length before it.
// Canonical: equal records have equal bytes, and no two different records share them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::domain {

class ByteWriter {
 public:
  ByteWriter& Number(std::uint64_t value);
  // Negative numbers are as short as positive ones (zigzag).
  ByteWriter& Signed(std::int64_t value);
  ByteWriter& Text(absl::string_view value);

  const std::string& bytes() const& { return bytes_; }
  std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what ByteWriter wrote, in the same order. After the first malformed or missing value everything reads as zero
// or empty, and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(absl::string_view bytes) : left_(bytes) {}

  std::uint64_t Number();
  std::int64_t Signed();
  absl::string_view Text();  // within the bytes that are read

  bool ok() const { return ok_; }
  bool done() const { return ok_ && left_.empty(); }

 private:
  absl::string_view left_;
  bool ok_ = true;
};

}  // namespace ordermesh::domain
