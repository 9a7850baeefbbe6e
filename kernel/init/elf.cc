// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/init/elf.h"

#include "kernel/abi/call.h"
#include "kernel/lib/bytes.h"

extern "C" void* memcpy(void* __restrict destination, const void* __restrict source, size_t bytes);

namespace kernel {

namespace {

constexpr uint32_t kElfMagic = 0x464c457f;
constexpr uint16_t kStaticProgram = 2;  // ET_EXEC
constexpr uint16_t kX86_64 = 62;        // EM_X86_64
constexpr uint32_t kLoad = 1;           // PT_LOAD

struct Header {
  uint32_t magic;
  uint8_t ident[12];
  uint16_t type, machine;
  uint32_t version;
  uint64_t entry, program_headers, section_headers;
  uint32_t flags;
  uint16_t size, program_header_size, program_header_count;
};

struct ProgramHeader {
  uint32_t type, flags;
  uint64_t file_offset, address, physical_address, file_size, memory_size, alignment;
};

uint64_t protection_of(uint32_t flags) {
  uint64_t protection = 0;
  if ((flags & 4) != 0) protection |= hop::kProtectRead;
  if ((flags & 2) != 0) protection |= hop::kProtectWrite;
  if ((flags & 1) != 0) protection |= hop::kProtectExecute;
  return protection;
}

Status load_segment(Space& space, const ProgramHeader& segment, PhysicalAddress file) {
  const uint64_t start = round_down(segment.address, asx::kPageSize);
  const uint64_t end = round_up(segment.address + segment.memory_size, asx::kPageSize);
  if (!is_range(start, end - start)) return Status::Invalid;
  if (const Status status = space.map({start, end}, protection_of(segment.flags)); status != Status::Ok) return status;
  for (uint64_t done = 0; done < segment.file_size;) {
    const uint64_t offset = segment.address + done;
    const uint64_t in_page = offset & asx::kPageMask;
    uint64_t count = asx::kPageSize - in_page;
    if (count > segment.file_size - done) count = segment.file_size - done;
    const Result<PhysicalAddress> frame = space.frame(offset);
    if (!frame) return frame.status();
    memcpy(at<void>(frame.value() + in_page), at<void>(file + segment.file_offset + done), count);
    done += count;
  }
  return Status::Ok;
}

}  // namespace

Result<Image> load_image(Space& space, PhysicalAddress file, uint64_t size) {
  const Header& header = *at<const Header>(file);
  if (size < sizeof header || header.magic != kElfMagic || header.type != kStaticProgram || header.machine != kX86_64) {
    return Status::Invalid;
  }
  const uint64_t table_bytes = uint64_t{header.program_header_count} * sizeof(ProgramHeader);
  if (header.program_header_size != sizeof(ProgramHeader) || header.program_headers > size ||
      table_bytes > size - header.program_headers) {
    return Status::Invalid;
  }
  Image image{header.entry, kSpaceLimit};
  const auto* segments = at<const ProgramHeader>(file + header.program_headers);
  for (unsigned i = 0; i < header.program_header_count; ++i) {
    const ProgramHeader& segment = segments[i];
    if (segment.type != kLoad || segment.memory_size == 0) continue;
    if (segment.file_offset > size || segment.file_size > size - segment.file_offset ||
        segment.file_size > segment.memory_size || segment.address >= kSpaceLimit) {
      return Status::Invalid;
    }
    if (const Status status = load_segment(space, segment, file); status != Status::Ok) return status;
    if (segment.address < image.start) image.start = segment.address;
  }
  return image.start == kSpaceLimit ? Result<Image>(Status::Invalid) : image;
}

}  // namespace kernel
