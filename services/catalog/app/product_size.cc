#include "services/catalog/app/product_size.h"

namespace ordermesh::catalog {
namespace {

// All but the texts: tags, lengths and numbers, the id, the price, three times and the etag.
constexpr std::size_t kWithoutTexts = 256;
// Of an entry: its tag and length, and those of key and value.
constexpr std::size_t kAttributeWithoutTexts = 16;

}  // namespace

std::size_t BytesAtMost(const Product& product) {
  const ProductContent& content = product.content;
  std::size_t bytes = kWithoutTexts + content.sku.size() + content.name.size() + content.description.size() +
                      content.category.size() + content.brand.size();
  for (const auto& [key, value] : content.attributes) bytes += kAttributeWithoutTexts + key.size() + value.size();
  return bytes;
}

}  // namespace ordermesh::catalog
