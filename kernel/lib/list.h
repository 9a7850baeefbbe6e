// SPDX-License-Identifier: GPL-2.0-or-later
// An intrusive, circular, doubly linked list: a queue whose members carry their own links.
#pragma once

namespace kernel {

/// What a member derives from, once per list it may be on at the same time; Tag tells the lists apart.
template <typename Tag>
struct ListNode {
  ListNode* next = nullptr;
  ListNode* previous = nullptr;
  [[nodiscard]] bool is_linked() const { return next != nullptr; }
  void unlink() {
    next->previous = previous;
    previous->next = next;
    next = previous = nullptr;
  }
  /// Puts `other`, which is on no list, in its place.
  void replace_by(ListNode& other) {
    other.next = next;
    other.previous = previous;
    next->previous = previous->next = &other;
    next = previous = nullptr;
  }
};

/// A list of T, which derives from ListNode<Tag>. Owns nothing.
template <typename T, typename Tag>
class List {
 public:
  using Node = ListNode<Tag>;
  constexpr List() = default;
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  [[nodiscard]] bool is_empty() const { return head_.next == nullptr || head_.next == &head_; }
  [[nodiscard]] T* front() { return is_empty() ? nullptr : static_cast<T*>(head_.next); }
  /// The member after this one, or nullptr.
  [[nodiscard]] T* after(T& member) {
    Node* next = static_cast<Node&>(member).next;
    return next == &head_ ? nullptr : static_cast<T*>(next);
  }
  [[nodiscard]] T* back() { return is_empty() ? nullptr : static_cast<T*>(head_.previous); }
  /// The member before this one, or nullptr.
  [[nodiscard]] T* before(T& member) {
    Node* previous = static_cast<Node&>(member).previous;
    return previous == &head_ ? nullptr : static_cast<T*>(previous);
  }
  void push_back(T& member) { insert_before(nullptr, member); }
  /// Puts the member before another one, or at the end if that is nullptr.
  void insert_before(T* place, T& member) {
    if (head_.next == nullptr) head_.next = head_.previous = &head_;
    Node* node = &static_cast<Node&>(member);
    Node* next = place == nullptr ? &head_ : &static_cast<Node&>(*place);
    node->next = next;
    node->previous = next->previous;
    next->previous->next = node;
    next->previous = node;
  }
  T* pop_front() {
    T* member = front();
    if (member != nullptr) static_cast<Node*>(member)->unlink();
    return member;
  }

 private:
  Node head_;
};

}  // namespace kernel
