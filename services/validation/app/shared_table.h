// A hash table whose copies share what they have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

namespace ordermesh::validation {

// Rows by a key that is part of them: `KeyOf()(row)`. A copy costs some microseconds and shares all its parts; a part
// (of a million rows, 250) is copied when one of its rows changes for the first time since. So what is published may be
// read by any thread without a lock, while another thread makes the next table of it. Rows are never changed.
template <class Row, class KeyOf>
class SharedTable {
 public:
  using Stored = std::shared_ptr<const Row>;
  using Key = decltype(KeyOf()(std::declval<const Row&>()));

  SharedTable() : parts_(kParts), own_(kParts) {}
  // Neither of the two owns a part then.
  SharedTable(const SharedTable& other) : parts_(other.parts_), own_(kParts), size_(other.size_) {}
  SharedTable& operator=(const SharedTable&) = delete;
  SharedTable(SharedTable&&) = default;
  SharedTable& operator=(SharedTable&&) = default;

  // nullptr: there is none.
  const Row* Find(const Key& key) const {
    const Stored* stored = FindStored(key);
    return stored == nullptr ? nullptr : stored->get();
  }
  const Stored* FindStored(const Key& key) const {
    const std::shared_ptr<Part>& part = parts_[PartOf(key)];
    if (part == nullptr) return nullptr;
    auto found = part->find(key);
    return found == part->end() ? nullptr : &*found;
  }

  // Takes the place of the row with the same key.
  void Put(Stored row) {
    Part& part = Own(PartOf(KeyOf()(*row)));
    size_ -= part.erase(row);  // the key may be the old row's
    part.insert(std::move(row));
    ++size_;
  }
  void Erase(const Key& key) {
    if (Find(key) == nullptr) return;
    size_ -= Own(PartOf(key)).erase(key);
  }

  std::size_t size() const { return size_; }

  // Whether both hold the very same rows.
  friend bool operator==(const SharedTable& a, const SharedTable& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < kParts; ++i) {
      if (a.parts_[i] == b.parts_[i] || a.parts_[i] == nullptr) continue;
      for (const Stored& row : *a.parts_[i]) {
        const Stored* other = b.FindStored(KeyOf()(*row));
        if (other == nullptr || *other != row) return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::size_t kParts = 4096;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const Key& key) const { return absl::Hash<Key>()(key); }
    std::size_t operator()(const Stored& row) const { return operator()(KeyOf()(*row)); }
  };
  struct Equal {
    using is_transparent = void;
    static Key Of(const Key& key) { return key; }
    static Key Of(const Stored& row) { return KeyOf()(*row); }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return Of(a) == Of(b);
    }
  };
  using Part = absl::flat_hash_set<Stored, Hash, Equal>;

  // By the hash's high bits: within a part it goes by the low ones.
  static std::size_t PartOf(const Key& key) {
    return static_cast<std::size_t>((std::uint64_t{Hash()(key)} * 0x9E3779B97F4A7C15) >> 52);
  }
  static_assert(kParts == std::size_t{1} << 12);

  Part& Own(std::size_t i) {
    if (!own_[i]) {
      parts_[i] = parts_[i] == nullptr ? std::make_shared<Part>() : std::make_shared<Part>(*parts_[i]);
      own_[i] = true;
    }
    return *parts_[i];
  }

  std::vector<std::shared_ptr<Part>> parts_;  // nullptr: empty
  std::vector<bool> own_;                     // parts that no other table has
  std::size_t size_ = 0;
};

}  // namespace ordermesh::validation
