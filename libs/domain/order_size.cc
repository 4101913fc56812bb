#include "libs/domain/order_size.h"

#include "libs/domain/limits.h"

namespace ordermesh::domain {
namespace {

// All but the texts whose lengths are known.
constexpr std::size_t kLineWithoutTexts =
    kLargestLineBytes - kMaxSkuBytes - kMaxProductNameCharacters * limits_internal::kCharacterBytes;
constexpr std::size_t kOrderWithoutTexts = kLargestOrderBytes - kMaxLines * kLargestLineBytes - kMaxCustomerIdBytes -
                                           kMaxEmailBytes - kMaxNoteCharacters * limits_internal::kCharacterBytes;

}  // namespace

std::size_t BytesAtMost(const Order& order) {
  const PricedOrder& content = order.content;
  std::size_t bytes =
      kOrderWithoutTexts + content.customer_id.size() + content.contact_email.size() + content.note.size();
  for (const OrderLine& line : content.lines) bytes += kLineWithoutTexts + line.sku.size() + line.name.size();
  return bytes;
}

}  // namespace ordermesh::domain
