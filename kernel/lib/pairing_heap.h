// SPDX-License-Identifier: GPL-2.0-or-later
// An intrusive priority queue whose members carry their own links, so that inserting cannot fail. Inserting takes one
// comparison, removing any member a logarithm of them, amortized (Fredman, Sedgewick, Sleator, Tarjan: "The Pairing
// Heap", Algorithmica 1, 1986).
#pragma once

namespace kernel {

/// What a member derives from; Tag tells heaps apart.
template <typename Tag>
struct HeapNode {
  HeapNode* child = nullptr;     ///< first child
  HeapNode* next = nullptr;      ///< next sibling
  HeapNode* previous = nullptr;  ///< previous sibling, or the parent of a first child; itself for the root
  [[nodiscard]] bool is_in_heap() const { return previous != nullptr; }
};

/// A heap of T, which derives from HeapNode<Tag>; comes_before(a, b) is a strict order. Owns nothing.
template <typename T, typename Tag, bool (*comes_before)(const T&, const T&)>
class PairingHeap {
 public:
  using Node = HeapNode<Tag>;
  constexpr PairingHeap() = default;
  PairingHeap(const PairingHeap&) = delete;
  PairingHeap& operator=(const PairingHeap&) = delete;

  /// The member that comes first, or nullptr.
  [[nodiscard]] T* top() const { return static_cast<T*>(root_); }

  void insert(T& member) {
    Node& node = member;
    node.child = node.next = nullptr;
    set_root(root_ == nullptr ? &node : meld(root_, &node));
  }

  void remove(T& member) {
    Node* node = &static_cast<Node&>(member);
    Node* orphans = merge_pairs(node->child);
    if (node == root_) {
      set_root(orphans);
    } else {
      (node->previous->child == node ? node->previous->child : node->previous->next) = node->next;
      if (node->next != nullptr) node->next->previous = node->previous;
      if (orphans != nullptr) set_root(meld(root_, orphans));
    }
    node->child = node->next = node->previous = nullptr;
  }

 private:
  void set_root(Node* root) {
    root_ = root;
    if (root != nullptr) root->previous = root;
  }

  static Node* meld(Node* a, Node* b) {
    if (comes_before(*static_cast<T*>(b), *static_cast<T*>(a))) {
      Node* first = b;
      b = a;
      a = first;
    }
    b->next = a->child;
    b->previous = a;
    if (a->child != nullptr) a->child->previous = b;
    a->child = b;
    a->next = nullptr;
    return a;
  }

  /// Melds siblings two by two, then all from the last to the first.
  static Node* merge_pairs(Node* first) {
    Node* pairs = nullptr;  // linked by `previous`
    while (first != nullptr) {
      Node* second = first->next;
      Node* rest = second == nullptr ? nullptr : second->next;
      first->next = nullptr;
      Node* pair = second == nullptr ? first : meld(first, second);
      pair->previous = pairs;
      pairs = pair;
      first = rest;
    }
    Node* merged = nullptr;
    while (pairs != nullptr) {
      Node* before = pairs->previous;
      merged = merged == nullptr ? pairs : meld(merged, pairs);
      pairs = before;
    }
    return merged;
  }

  Node* root_ = nullptr;
};

}  // namespace kernel
