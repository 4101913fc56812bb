// How long texts and lists may be, in one place: the contract says it, the schema checks it, the rules enforce it. So
// the largest order has a size.
#pragma once

#include <cstddef>

namespace ordermesh::domain {

inline constexpr int kMaxLines = 100;
inline constexpr int kMaxQuantity = 999;
inline constexpr int kMaxNoteCharacters = 2000;
inline constexpr int kMaxEmailBytes = 254;  // RFC 5321, 4.5.3.1.3, without the angle brackets

// The catalogue's texts.
inline constexpr int kMaxSkuBytes = 64;
inline constexpr int kMaxProductNameCharacters = 200;
inline constexpr int kMaxCategoryCharacters = 100;
inline constexpr int kMaxBrandCharacters = 100;
inline constexpr int kMaxDescriptionCharacters = 10'000;
inline constexpr int kMaxAttributesBytes = 16 << 10;  // of the JSON text
inline constexpr int kMaxAttributes = 100;
inline constexpr int kMaxAttributeKeyCharacters = 100;
inline constexpr int kMaxAttributeCharacters = 1000;  // of a value
inline constexpr int kMaxCustomerIdBytes = 64;
inline constexpr int kMaxCustomerNameCharacters = 200;

inline constexpr int kMaxCallerBytes = 128;

namespace limits_internal {

inline constexpr std::size_t kCharacterBytes = 4;  // a code point's in UTF-8, at most
inline constexpr std::size_t kUuidBytes = 36;
// A field's tag and its length, or its tag and a varint.
inline constexpr std::size_t kShort = 2, kLong = 4, kVarint = 1 + 10;
inline constexpr std::size_t kMoneyBytes = kShort + (kShort + 3) + kVarint + kVarint;
inline constexpr std::size_t kTimeBytes = kShort + kVarint + kVarint;

}  // namespace limits_internal

// What a line of an order that follows the rules has at most in Protobuf's binary form, and what an order has, whatever
// is in them.
inline constexpr std::size_t kLargestLineBytes =
    limits_internal::kLong + (limits_internal::kShort + kMaxSkuBytes) + limits_internal::kVarint +
    (limits_internal::kShort + limits_internal::kUuidBytes) +
    (limits_internal::kLong + kMaxProductNameCharacters * limits_internal::kCharacterBytes) +
    2 * limits_internal::kMoneyBytes;
inline constexpr std::size_t kLargestOrderBytes =
    kMaxLines * kLargestLineBytes + (limits_internal::kShort + limits_internal::kUuidBytes) +
    (limits_internal::kShort + kMaxCustomerIdBytes) + (2 * limits_internal::kLong + kMaxEmailBytes) +
    (limits_internal::kLong + kMaxNoteCharacters * limits_internal::kCharacterBytes) + limits_internal::kVarint +
    limits_internal::kMoneyBytes + 2 * limits_internal::kTimeBytes + (limits_internal::kShort + 32) +  // the etag
    limits_internal::kVarint;                                                                          // cancel_reason

}  // namespace ordermesh::domain
