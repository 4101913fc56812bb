#include "libs/domain/order_size.h"

#include <algorithm>

#include "libs/domain/limits.h"

namespace ordermesh::domain {
namespace {

// All but the texts whose lengths are known.
constexpr std::size_t kLineWithoutTexts =
    kLargestLineBytes - kMaxSkuBytes - kMaxProductNameCharacters * limits_internal::kCharacterBytes;
constexpr std::size_t kOrderWithoutTexts = kLargestOrderBytes - kMaxLines * kLargestLineBytes - kMaxCustomerIdBytes -
                                           kMaxEmailBytes - kMaxNoteCharacters * limits_internal::kCharacterBytes;
// Its tag and length, those of the SKU, the quantity.
constexpr std::size_t kNewLineWithoutSku = limits_internal::kLong + limits_internal::kLong + limits_internal::kVarint;

}  // namespace

std::size_t BytesAtMost(const Order& order) {
  const PricedOrder& content = order.content;
  std::size_t bytes =
      kOrderWithoutTexts + content.customer_id.size() + content.contact_email.size() + content.note.size();
  for (const OrderLine& line : content.lines) bytes += kLineWithoutTexts + line.sku.size() + line.name.size();
  return bytes;
}

std::size_t CheckedBytesAtMost(const NewOrder& order) {
  std::size_t sent = kOrderWithoutTexts + order.customer_id.size() + order.note.size();
  if (order.contact_email.has_value()) sent += order.contact_email->size();
  for (const NewLine& line : order.lines) sent += kNewLineWithoutSku + line.sku.size();
  // Only of an order that follows the rules is a price told.
  const std::size_t absent = kMaxLines - std::min<std::size_t>(order.lines.size(), kMaxLines);
  return std::max(sent, kLargestOrderBytes - absent * kLargestLineBytes);
}

}  // namespace ordermesh::domain
