// SPDX-License-Identifier: GPL-2.0-or-later
// files: a tree of files in memory, unpacked from the boot module "root". One lock; nothing blocks under it but the
// page faults of callers' buffers, which the kernel serves without another thread's help.
#include <new>

#include "isa-ext/abi/boot.h"
#include "userland/runtime/gate.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/log.h"
#include "userland/runtime/memory.h"
#include "userland/runtime/mutex.h"
#include "userland/runtime/program.h"
#include "userland/services/files/cpio.h"
#include "userland/services/files/operations.h"

extern "C" void files_entry();
extern "C" hop::Reply files_handler(const hop::Request& request);

namespace {

using hop::Reply;
using hop::Status;
using hop::SystemInfo;
using hop::files::HandleTable;
using hop::files::Tree;

constexpr uint64_t kArchiveArea = 0x0400'0000'0000;  // offset in this space
constexpr unsigned kStacks = 16;
constexpr uint64_t kStackSize = 65536;
constexpr uint64_t kReservedShare = 16;  // of all memory, one part in so many is not for the bytes of files

/// The code space that called, from the frame that the hardware pushed.
struct Client {
  uint64_t space, generation;
  HandleTable* handles;
};

hop::Mutex lock;
alignas(Tree) unsigned char tree_memory[sizeof(Tree)];
hop::Vector<Client> clients;
uint64_t wall_clock = 0, ticks_per_second = 1;

Tree& tree() {
  return *reinterpret_cast<Tree*>(tree_memory);
}

uint64_t now() {
  const uint64_t ticks = hop::clock_ticks();
  constexpr uint64_t kSecond = 1'000'000'000;
  return wall_clock + ticks / ticks_per_second * kSecond + ticks % ticks_per_second * kSecond / ticks_per_second;
}

HandleTable* handles_of_caller() {
  const uint64_t space = asx::gframe<asx::FrameField::CallerSpace>();
  const uint64_t generation = asx::gframe<asx::FrameField::CallerGeneration>();
  for (Client& client : clients) {
    if (client.space != space) continue;
    if (client.generation != generation) client.handles->clear(tree());  // that space died; its number lives on
    client.generation = generation;
    return client.handles;
  }
  void* memory = hop::allocate(sizeof(HandleTable));
  if (memory == nullptr) return nullptr;
  auto* handles = new (memory) HandleTable;
  if (clients.push_back({space, generation, handles})) return handles;
  hop::release(memory);
  return nullptr;
}

/// The number of the module, or -1.
int64_t find_module(const char* name) {
  uint64_t wanted = 0;
  memcpy(&wanted, name, strlen(name));
  const uint64_t count = hop::kernel::info(SystemInfo::Modules);
  for (uint64_t number = 0; number < count; ++number) {
    if (hop::kernel::info(SystemInfo::ModuleName, number) == wanted) return static_cast<int64_t>(number);
  }
  return -1;
}

Status unpack_root() {
  const int64_t module = find_module(asx::kRootModule);
  if (module < 0) return Status::Ok;
  const uint64_t size = hop::kernel::info(SystemInfo::ModuleSize, static_cast<uint64_t>(module));
  const Reply mapped = hop::kernel::module_map(hop::kSelf, kArchiveArea, module, hop::kProtectRead);
  if (mapped.is_error()) return mapped.status();
  return hop::files::unpack(tree(), reinterpret_cast<const uint8_t*>(kArchiveArea), size);
}

struct Device {
  const char* name;
  uint32_t major, minor;
};
constexpr Device kDevices[] = {{"null", 1, 3},    {"zero", 1, 5}, {"full", 1, 7},   {"random", 1, 8},
                               {"urandom", 1, 9}, {"tty", 5, 0},  {"console", 5, 1}};

/// /dev and what programs expect in it, unless the root brought them.
Status make_devices() {
  hop::files::PathBuffer buffer;
  hop::files::Place place;
  memcpy(buffer.text, "/dev", 5);
  Status status = tree().walk(tree().root(), buffer, hop::files::LastName::Follow, place);
  if (status != Status::Ok) return status;
  hop::files::Node* directory = place.node;
  if (directory == nullptr) status = tree().make(place, hop::files::kTypeDirectory | 0755, 0, directory);
  for (const Device& device : kDevices) {
    if (status != Status::Ok || !directory->is_directory()) return status;
    memcpy(buffer.text, device.name, strlen(device.name) + 1);
    status = tree().walk(*directory, buffer, hop::files::LastName::Leave, place);
    hop::files::Node* made = nullptr;
    const uint64_t rdev = uint64_t{device.major} << 8 | device.minor;
    if (status == Status::Ok && place.node == nullptr)
      status = tree().make(place, hop::files::kTypeCharacter | 0666, rdev, made);
  }
  return status;
}

}  // namespace

namespace hop::files {

uint64_t room() {
  const uint64_t reserve = kernel::info(SystemInfo::TotalMemory) / kReservedShare;
  const uint64_t free = kernel::info(SystemInfo::FreeMemory);
  return free > reserve ? free - reserve : 0;
}

bool has_room_for(uint64_t bytes) {
  return bytes <= room();
}

}  // namespace hop::files

HOP_GATE(files_entry, files_handler);

hop::Reply files_handler(const hop::Request& request) {
  const hop::Guard guard(lock);
  HandleTable* handles = handles_of_caller();
  if (handles == nullptr) return hop::reply(Status::NoSpace);
  return hop::files::Operations(tree(), *handles).serve(request);
}

int hop_main() {
  wall_clock = hop::kernel::info(SystemInfo::WallClock);
  ticks_per_second = hop::kernel::info(SystemInfo::ClockHz);
  new (tree_memory) Tree(now);
  if (unpack_root() != Status::Ok) hop::panic("files: the boot module root is damaged, or memory is short");
  if (make_devices() != Status::Ok) hop::panic("files: cannot make /dev");
  if (hop::add_stacks(kStacks, kStackSize) != Status::Ok) hop::panic("files: no memory for stacks");
  const Reply gate = hop::make_gate(files_entry, 0);
  if (gate.is_error() || hop::register_name("files", static_cast<uint16_t>(gate.value)) != Status::Ok) {
    hop::panic("files: cannot register");
  }
  return 0;
}
