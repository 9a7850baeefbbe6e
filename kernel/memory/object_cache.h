// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel objects of one type, carved from frames. A frame that holds none any more goes back at once, so that free
// memory tells exactly what is in use (slab allocator: Bonwick, USENIX 1994).
#pragma once
#include <cstddef>
#include <new>
#include <utility>

#include "kernel/lib/assert.h"
#include "kernel/lib/list.h"
#include "kernel/memory/frame_allocator.h"

namespace kernel {

struct SlabTag;

/// Objects of type T; all of them fit into one frame at least once.
template <typename T>
class ObjectCache {
 public:
  /// A new T, or nullptr when there is no frame for it.
  template <typename... Arguments>
  [[nodiscard]] T* create(Arguments&&... arguments) {
    if (partial_.is_empty() ? !grow() : is_allocation_to_fail()) return nullptr;
    Slab& slab = *partial_.front();
    Item* item = slab.free;
    slab.free = item->next;
    if (++slab.used == kPerSlab) slab.unlink();
    return new (item->bytes) T(std::forward<Arguments>(arguments)...);
  }

  void destroy(T* object) {
    object->~T();
    auto* item = reinterpret_cast<Item*>(object);
    auto& slab = *reinterpret_cast<Slab*>(reinterpret_cast<uint64_t>(object) & ~asx::kPageMask);
    item->next = slab.free;
    slab.free = item;
    if (slab.used-- == kPerSlab) partial_.push_back(slab);
    if (slab.used != 0) return;
    slab.unlink();
    frames().free(physical(&slab), 0);
  }

 private:
  union Item {
    Item* next;
    alignas(T) unsigned char bytes[sizeof(T)];
  };
  struct SlabHeader : ListNode<SlabTag> {
    Item* free = nullptr;
    uint32_t used = 0;
  };
  static constexpr size_t kPerSlab = (asx::kPageSize - sizeof(SlabHeader) - alignof(Item) + 1) / sizeof(Item);
  static_assert(kPerSlab >= 1);
  struct Slab : SlabHeader {
    Item items[kPerSlab];
  };
  static_assert(sizeof(Slab) <= asx::kPageSize);

  bool grow() {
    const Result<PhysicalAddress> frame = frames().allocate();
    if (!frame) return false;
    Slab* slab = new (at<void>(frame.value())) Slab;
    for (Item& item : slab->items) {
      item.next = slab->free;
      slab->free = &item;
    }
    partial_.push_back(*slab);
    return true;
  }

  List<Slab, SlabTag> partial_;  ///< slabs with room
};

}  // namespace kernel
