// SPDX-License-Identifier: GPL-2.0-or-later
#include "isa-ext/model/translate.h"

#include "isa-ext/model/access_list.h"
#include "isa-ext/model/page_walk.h"
#include "isa-ext/model/space.h"

namespace asx {
namespace {

bool is_privileged(const CpuState& cpu) {
  return (cpu.code.flags & kSpacePrivileged) != 0;
}

bool has_right(uint32_t rights, Access access) {
  return (rights & (access == Access::Write ? kEntryWrite : kEntryRead)) != 0;
}

}  // namespace

Result<Translation> translate(const CpuState& cpu, const PhysicalMemory& memory, const Variant& variant,
                              VirtualAddress address, Access access) {
  const Selector selector = address.selector();
  const bool is_fetch = access == Access::Fetch;
  const auto fail = [&](AsCause cause) {
    return Fault::address_space(cause, access, is_fetch ? AsOperation::Fetch : AsOperation::Data, address);
  };

  if (is_fetch && selector.value != 0) return fail(AsCause::FetchSelector);
  const auto selected = select_entry(half_of(cpu, memory, variant, selector), selector, EntryKind::Space);
  if (!selected) return fail(selected.cause());
  const uint32_t rights = selected.value().rights;
  if (!has_right(rights, access)) return fail(AsCause::Rights);

  const auto page = walk_page_tables(memory, {*selected.value().space, address, access, is_privileged(cpu)});
  if (!page) return page.fault();
  return Translation{.page = page.value().page,
                     .read = has_right(rights, Access::Read),
                     // a clean page is given without write right, so that its first store comes back and sets the bit
                     .write = has_right(rights, Access::Write) && page.value().write && page.value().dirty,
                     .execute = selector.value == 0 && page.value().execute,
                     .space = selected.value().id,
                     .is_first_touch = page.value().is_first_touch,
                     .walk_steps = page.value().steps};
}

}  // namespace asx
