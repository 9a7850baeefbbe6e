// SPDX-License-Identifier: GPL-2.0-or-later
// The machine from its boot image to its end.
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <cstring>

#include "tests/unit/emu/kernel_file.h"

using namespace test;
using namespace asx;
using emu::EndReason;

namespace {

/// Writes rcx bytes from rsi to serial line 0.
Code write_serial(Code code) {
  code.set(kRdi, device(kSerialBase));
  const size_t loop = code.here();
  code.raw({0xac, 0x88, 0x07}).decrement(kRcx).jump_if_not_zero(loop);  // lodsb; mov [rdi], al
  return code;
}

Code& set_system(Code& code, SystemRegister which, uint64_t value) {
  return code.set(kR15, value).asx(Mnemonic::Ldsys, static_cast<int>(which), kR15);
}

std::string load_error(const KernelFile& kernel, std::vector<emu::Module> modules = {}) {
  auto machine = emu::Machine::create(RunRequest::small_options());
  REQUIRE(machine.has_value());
  const std::vector<std::byte> file = kernel.file();
  emu::BootImage image;
  image.kernel_elf = file;
  image.modules = std::move(modules);
  const auto error = machine.value()->load(image);
  return error ? error->sentence : "";
}

}  // namespace

TEST_CASE("a guest that switches the machine off ends it with its status") {
  const Outcome outcome = run_kernel(KernelFile::of(power_off(Code(), 42)));
  CHECK(outcome.result.reason == EndReason::PowerOff);
  CHECK(outcome.result.exit_status == 42);
  CHECK(outcome.statistics.instructions == 4);
  CHECK(outcome.statistics.ticks == 4);
}

TEST_CASE("the kernel finds what the boot protocol promises") {
  const std::byte content[] = {std::byte{7}, std::byte{8}, std::byte{9}};
  RunRequest request;
  request.modules = {{"one", ModuleKind::Data, 0, content}, {"two", ModuleKind::Service, 5, {}}};
  request.options.random_seed = 99;
  request.options.wall_clock_ns = 1234;
  request.options.quantum = 77;
  // sends RSP, then the BootInfo
  Code code;
  code.raw({0x48, 0x89, 0xfe, 0x54, 0x54, 0x56, 0x48, 0x89, 0xe6}).set(kRcx, 16);  // rsi = rdi; push rsp twice, rsi
  code = write_serial(code);
  code.raw({0x5e}).set(kRcx, sizeof(BootInfo));  // pop rsi
  const Outcome outcome = run_kernel(KernelFile::of(power_off(write_serial(code), 0)), request);
  REQUIRE(outcome.result.reason == EndReason::PowerOff);
  REQUIRE(outcome.output.size() == 16 + sizeof(BootInfo));

  uint64_t boot_info = 0, stack = 0;
  std::memcpy(&boot_info, outcome.output.data(), 8);
  std::memcpy(&stack, outcome.output.data() + 8, 8);
  stack += 8;  // the second push stored RSP after the first
  CHECK(boot_info > kDirectMap);
  CHECK(stack > kDirectMap);
  CHECK(stack % kPageSize == 0);

  BootInfo info;
  std::memcpy(&info, outcome.output.data() + 16, sizeof info);
  CHECK(info.magic == kBootMagic);
  CHECK(info.version == kBootVersion);
  CHECK(info.memory_size == request.options.memory);
  CHECK(info.free_start % kPageSize == 0);
  CHECK(info.free_start < info.memory_size);
  CHECK(info.clock_hz == 1'000'000'000);
  CHECK(info.wall_clock_ns == 1234);
  CHECK(info.random_seed == 99);
  CHECK(info.quantum == 77);
  REQUIRE(info.module_count == 2);
  CHECK(std::string(info.modules[0].name) == "one");
  CHECK(info.modules[0].size == 3);
  CHECK(info.modules[0].start % kPageSize == 0);
  CHECK(info.modules[0].kind == ModuleKind::Data);
  CHECK(std::string(info.modules[1].name) == "two");
  CHECK(info.modules[1].kind == ModuleKind::Service);
  CHECK(info.modules[1].authority == 5);
}

TEST_CASE("modules lie in memory as they are, behind the direct map") {
  const std::string text = "a module's bytes";
  RunRequest request;
  request.modules = {{"text", ModuleKind::Data, 0, std::as_bytes(std::span(text))}};
  Code code;  // rsi = direct map + modules[0].start
  code.raw({0x48, 0x8b, 0xb7}).value(offsetof(BootInfo, modules), 4).set(kRax, kDirectMap).raw({0x48, 0x01, 0xc6});
  code.set(kRcx, text.size());
  CHECK(run_kernel(KernelFile::of(power_off(write_serial(code), 0)), request).output == text);
}

TEST_CASE("the kernel's segments have exactly their rights") {
  KernelFile kernel = KernelFile::of(power_off(Code().set(kRbx, 0x20'0008).load(kRax, kRbx).store(kRbx, kRax), 1));
  kernel.add_segment(0x20'0000, PF_R, {1, 2, 3}, 100);
  const Outcome read_only = run_kernel(kernel);
  CHECK(read_only.result.reason == EndReason::MachineCheck);
  CHECK(
      read_only.result.detail.starts_with("vector 14 (page fault), error code 0x3, address 0x200008 at RIP 0x10000d"));

  kernel.segments.back().p_flags = PF_R | PF_W;
  CHECK(run_kernel(kernel).result.exit_status == 1);

  const Outcome code_is_not_writable = run_kernel(KernelFile::of(Code().set(kRbx, kKernelBase).store(kRbx, kRbx)));
  CHECK(code_is_not_writable.result.detail.starts_with("vector 14 (page fault), error code 0x3, address 0x100000"));

  KernelFile data_jump = KernelFile::of(Code().set(kRax, 0x20'0000).raw({0xff, 0xe0}));
  data_jump.add_segment(0x20'0000, PF_R | PF_W, {0x90}, 100);
  CHECK(run_kernel(data_jump).result.detail.starts_with("vector 14 (page fault), error code 0x11, address 0x200000"));
}

TEST_CASE("images that are no kernel are refused with a reason") {
  const Code code = Code().nops(4);
  KernelFile kernel = KernelFile::of(code);
  CHECK(load_error(kernel).empty());
  kernel.header.e_machine = EM_AARCH64;
  CHECK(load_error(kernel) == "the kernel image is no static x86-64 ELF executable");
  kernel = KernelFile::of(code);
  kernel.header.e_type = ET_DYN;
  CHECK(load_error(kernel) == "the kernel image is no static x86-64 ELF executable");
  kernel = KernelFile::of(code);
  kernel.header.e_phoff = ~uint64_t{0} - 10;
  CHECK(load_error(kernel) == "the kernel image has program headers beyond its end");
  kernel = KernelFile::of(code);
  kernel.segments[0].p_filesz = 1 << 30;
  CHECK(load_error(kernel) == "the kernel image has a segment beyond its end");
  kernel = KernelFile::of(code);
  kernel.segments[0].p_memsz = 1;
  CHECK(load_error(kernel) == "the kernel image has a segment with more bytes than room");
  kernel = KernelFile::of(code);
  kernel.segments[0].p_memsz = uint64_t{1} << 40;
  CHECK(load_error(kernel) == "the kernel image has a segment that is bigger than the machine's memory");
  kernel = KernelFile::of(code);
  kernel.segments[0].p_vaddr = kDirectMap;
  CHECK(load_error(kernel) == "the kernel image has a segment outside page 1 to the direct map");
  kernel = KernelFile::of(code);
  kernel.add_segment(kKernelBase + 0x800, PF_R, {1}, 1);
  CHECK(load_error(kernel) == "the kernel image has two segments in one page");
  kernel = KernelFile::of(code);
  kernel.header.e_entry = 0x999999;
  CHECK(load_error(kernel) == "the kernel image has its entry point outside its code");
  kernel = KernelFile::of(code);
  kernel.segments.clear();
  CHECK(load_error(kernel) == "the kernel image has nothing to load");
  kernel = KernelFile::of(code);
  kernel.segments[0].p_memsz = 16u << 20;
  CHECK(load_error(kernel).find("do not fit into 16 MiB") != std::string::npos);
}

TEST_CASE("modules that cannot be handed over are refused with a reason") {
  const KernelFile kernel = KernelFile::of(Code().nops(1));
  CHECK(load_error(kernel, {{std::string(40, 'x'), ModuleKind::Data, 0, {}}}).find("1 to 39 characters") !=
        std::string::npos);
  CHECK(load_error(kernel, std::vector<emu::Module>(25, {"m", ModuleKind::Data, 0, {}})) ==
        "too many modules: 25, the machine takes 24");
}

TEST_CASE("a machine with impossible memory is refused with a reason") {
  for (const uint64_t memory : {uint64_t{0}, uint64_t{1} << 20, (uint64_t{32} << 20) + 4096, uint64_t{1} << 40}) {
    emu::MachineOptions options;
    options.memory = memory;
    auto machine = emu::Machine::create(options);
    REQUIRE_FALSE(machine.has_value());
    CHECK(machine.error() == "the machine's memory must be 16 MiB to 64 GiB, a multiple of 2 MiB");
  }
}

TEST_CASE("a CPU that nothing can wake is a deadlock") {
  Code code;
  code.asx(Mnemonic::Xwait).jump(0);
  const Outcome outcome = run_kernel(KernelFile::of(code));
  CHECK(outcome.result.reason == EndReason::Deadlock);
  CHECK(outcome.statistics.instructions == 1);
}

TEST_CASE("a sleeping machine skips to its timer at once") {
  Code code;
  set_system(code, SystemRegister::Compare, 3'600'000'000'000);
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code.asx(Mnemonic::Xwait), 0)));
  CHECK(outcome.result.reason == EndReason::PowerOff);
  CHECK(outcome.statistics.ticks >= 3'600'000'000'000);
  CHECK(outcome.statistics.instructions < 20);
  CHECK(outcome.statistics.host.seconds < 100);
}

TEST_CASE("with realtime a sleep takes its time") {
  RunRequest request;
  request.options.realtime = true;
  Code code;
  set_system(code, SystemRegister::Compare, 50'000'000);
  const Outcome outcome = run_kernel(KernelFile::of(power_off(code.asx(Mnemonic::Xwait), 0)), request);
  CHECK(outcome.result.reason == EndReason::PowerOff);
  CHECK(outcome.statistics.ticks >= 50'000'000);
  CHECK(outcome.statistics.instructions < 20);
}

TEST_CASE("the limit ends a run") {
  RunRequest request;
  request.options.limit = 5000;
  const Outcome outcome = run_kernel(KernelFile::of(Code().raw({0xeb, 0xfe})), request);
  CHECK(outcome.result.reason == EndReason::LimitReached);
  CHECK(outcome.result.detail == "the limit of 5000 instructions is reached");
  CHECK(outcome.statistics.instructions == 5000);
}

TEST_CASE("an exception before there is a vector table stops the machine, with its name and place") {
  const Outcome outcome = run_kernel(KernelFile::of(Code().nops(1).undefined()));
  CHECK(outcome.result.reason == EndReason::MachineCheck);
  CHECK(
      outcome.result.detail ==
      "vector 6 (invalid opcode), error code 0x0, address 0x0 at RIP 0x100001 in space \"kernel\" (id 1) could not be "
      "delivered: the vector table has no valid entry for it");
}

TEST_CASE("an output that nobody reads ends the machine, and not the emulator") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  close(ends[0]);
  RunRequest request;
  request.options.serial[0].output = ends[1];
  Code code;
  code.set(kRdi, device(kSerialBase));
  const size_t loop = code.here();
  code.raw({0x88, 0x07}).jump(loop);  // mov [rdi], al
  const Outcome outcome = run_kernel(KernelFile::of(code), request);
  close(ends[1]);
  CHECK(outcome.result.reason == EndReason::Interrupted);
  CHECK(outcome.result.detail == "the output of serial line 0 cannot be written: Broken pipe");
}

TEST_CASE("a guest that waits for input gets it, and learns of its end") {
  Code code;
  code.set(kRdi, device(kSerialBase)).raw({0xc6, 0x47, 0x01, 0x09});  // receive and modem status interrupts on
  code.asx(Mnemonic::Xwait);                                          // wait:
  code.raw({0x8a, 0x47, 0x05, 0xa8, 0x01, 0x74, 0x06});               // next: data ready? else to modem
  code.raw({0x8a, 0x07, 0x88, 0x07, 0xeb, 0xf3});                     // echo a byte; jmp next
  code.raw({0x8a, 0x47, 0x06, 0xa8, 0x80, 0x75, 0xe8});               // modem: carrier? then jmp wait
  const KernelFile kernel = KernelFile::of(power_off(code, 5));
  RunRequest request;
  request.has_input = true;
  for (const std::string& input : {std::string("hello"), std::string(), std::string(100'000, 'x')}) {
    request.input = input;
    const Outcome outcome = run_kernel(kernel, request);
    CHECK(outcome.result.exit_status == 5);
    CHECK(outcome.output == input);
  }
}

TEST_CASE("request_stop ends a run") {
  auto machine = emu::Machine::create(RunRequest::small_options());
  REQUIRE(machine.has_value());
  const auto file = KernelFile::of(Code().raw({0xeb, 0xfe})).file();
  emu::BootImage image;
  image.kernel_elf = file;
  REQUIRE_FALSE(machine.value()->load(image));
  machine.value()->request_stop();
  CHECK(machine.value()->run().reason == EndReason::Interrupted);
}

TEST_CASE("two runs of a machine give the same counts") {
  Code code;
  code.set(kRcx, 3000).set(kRsi, kKernelBase);
  const KernelFile kernel = KernelFile::of(power_off(write_serial(code), 3));
  const Outcome first = run_kernel(kernel);
  const Outcome second = run_kernel(kernel);
  CHECK(first.output == second.output);
  CHECK(first.statistics.instructions == second.statistics.instructions);
  CHECK(first.statistics.ticks == second.statistics.ticks);
  REQUIRE(first.statistics.spaces.size() == 1);
  CHECK(first.statistics.spaces[0].name == "kernel");
}
