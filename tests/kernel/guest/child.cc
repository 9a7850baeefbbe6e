// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/guest/child.h"

#include "isa-ext/abi/address.h"
#include "tests/kernel/guest/test.h"

extern "C" char __executable_start[], _end[];

namespace guest {

namespace {

using namespace hop::kernel;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kStackBytes = 4 * kPage;
constexpr uint64_t kStacks = uint64_t{9} << 40;

enum class Image { Shared, Copied };

Child make_child_with(uint64_t authority, unsigned list_length, Image image, unsigned stacks) {
  const Child child{SELECTOR(space_create(asx::kSpaceCode | authority << 32, list_length, 0x646c696863, 0))};
  const auto start = reinterpret_cast<uint64_t>(__executable_start);
  const auto end = (reinterpret_cast<uint64_t>(_end) + kPage - 1) & ~(kPage - 1);
  for (uint64_t page = start; page < end; page += kPage) {
    const hop::Reply mapped = image == Image::Copied
                                  ? space_copy(child.space, page, hop::kSelf, page, kPage)
                                  : space_share(child.space, page, hop::kSelf, page, kPage,
                                                hop::kProtectRead | hop::kProtectWrite | hop::kProtectExecute);
    CHECK(!mapped.is_error() || mapped.status() == hop::Status::NotFound);
  }
  for (unsigned i = 0; i < stacks; ++i) {
    const uint64_t top = kStacks + (i + 1) * (kStackBytes + kPage);
    CHECK_OK(space_map(child.space, top - kStackBytes, kStackBytes, hop::kProtectRead | hop::kProtectWrite));
    CHECK_OK(pool_add(child.space, top, 0));
  }
  return child;
}

Child make_service_with(Image image, unsigned stacks) {
  const Child child = make_child_with(hop::kAuthorityBasic, 512, image, stacks);
  const hop::Reply kernel = list_insert(child.space, hop::kKernelGate, hop::kKernelGate, 0);
  CHECK(!kernel.is_error() || kernel.status() == hop::Status::Exists);  // where all code has one list
  return child;
}

}  // namespace

Child make_child(unsigned stacks) {
  return make_child_with(0, 32, Image::Shared, stacks);
}

Child make_service(unsigned stacks) {
  return make_service_with(Image::Shared, stacks);
}

Child make_copied_service(unsigned stacks) {
  return make_service_with(Image::Copied, stacks);
}

void end_child(Child child) {
  const hop::Reply destroyed = space_destroy(child.space);
  CHECK(!destroyed.is_error() || destroyed.status() == hop::Status::BadHandle);
  CHECK_OK(list_remove(hop::kSelf, child.space));
}

uint16_t make_gate(Child child, void (*entry)(), asx::StackPolicy policy, void (*recovery)()) {
  return SELECTOR(gate_create(child.space, reinterpret_cast<uint64_t>(entry), 0x1234, static_cast<uint64_t>(policy),
                              reinterpret_cast<uint64_t>(recovery), 0));
}

void end_gate(uint16_t gate) {
  gate_destroy(gate);  // refused if its space is dead
  CHECK_OK(list_remove(hop::kSelf, gate));
}

uint16_t grant(Child child, uint16_t selector, uint64_t rights) {
  return SELECTOR(list_insert(child.space, 0, selector, rights));
}

}  // namespace guest
