// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/inspect.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "isa-ext/encoding/gas_macros.h"
#include "isa-ext/encoding/table.h"
#include "tests/unit/cli/scratch.h"

using emu::cli::CostsOptions;
using emu::cli::IsaOptions;
using emu::cli::VariantOptions;

namespace {

std::string disassembly(const std::string& path) {
  std::FILE* out = std::tmpfile();
  REQUIRE(out != nullptr);
  const emu::MaybeError wrong = emu::cli::disassemble_file({path}, out);
  INFO((wrong ? wrong->sentence : std::string()));
  REQUIRE_FALSE(wrong);
  std::rewind(out);
  std::string text;
  for (int c = 0; (c = std::fgetc(out)) != EOF;) text += static_cast<char>(c);
  std::fclose(out);
  return text;
}

}  // namespace

TEST_CASE("every form of the instruction table has every instruction") {
  using Form = IsaOptions::Form;
  for (const Form form : {Form::Text, Form::Markdown, Form::Json, Form::Gas}) {
    const std::string text = emu::cli::describe_instructions({form});
    for (const asx::InstructionRow& row : asx::kInstructions) {
      INFO(row.name);
      CHECK(text.find(row.name) != std::string::npos);
      if (form != Form::Gas) CHECK(text.find(row.summary) != std::string::npos);
    }
  }
  CHECK(emu::cli::describe_instructions({Form::Gas}) == asx::gas_macros());
}

TEST_CASE("the instruction table as JSON tells mask, match and operands") {
  const auto table = nlohmann::json::parse(emu::cli::describe_instructions({IsaOptions::Form::Json}));
  CHECK(table["schema"] == "hopscotch-isa-1");
  const auto& tsel = table["instructions"][static_cast<size_t>(asx::Mnemonic::Tsel)];
  CHECK(tsel["name"] == "tsel");
  CHECK(tsel["operands"] == nlohmann::json::array({"target", "source"}));
  CHECK(tsel["privileged"] == false);
  CHECK(tsel["mask"] == 0xffffffc0u);
  CHECK(tsel["match"] == 0x0f0a04c0u);
}

TEST_CASE("variants are listed with their limits and shown whole") {
  CHECK(emu::cli::describe_variants({VariantOptions::Action::List, {}})
            .find("--frames         a number from 16 to 4096; default 120") != std::string::npos);
  asx::Variant variant;
  variant.frames = 99;
  CHECK(emu::cli::describe_variants({VariantOptions::Action::Show, variant})
            .find(" selector-bits=12 frames=99 reserve=8") != std::string::npos);
  CHECK(emu::cli::describe_variants({VariantOptions::Action::Check, variant}).empty());
}

TEST_CASE("a disassembly shows ASX instructions among those of x86") {
  const test::Scratch scratch;
  test::SmallElf elf;
  // mov eax, 1; gcall r11; gframe rdx, 3; push (no x86 instruction); ret
  const uint8_t code[] = {0xb8, 1, 0, 0, 0, 0x41, 0x0f, 0x0a, 0x00, 0xc3, 0x0f, 0x0a, 0x06, 0xd3, 0x06, 0xc3};
  elf.segments[0].p_offset = 0x1000;
  elf.segments[0].p_filesz = sizeof code;
  elf.rest.resize(0x1000 - elf.rest_offset() + sizeof code);
  std::memcpy(elf.rest.data() + 0x1000 - elf.rest_offset(), code, sizeof code);
  CHECK(disassembly(scratch.file("prog", elf.bytes())) == R"(
segment:
      400000:  b8 01 00 00 00                 mov eax, 1
      400005:  41 0f 0a 00 c3                 gcall r11
      40000a:  0f 0a 06 d3                    gframe rdx, 3
      40000e:  06                             .byte 0x06
      40000f:  c3                             ret
)");
}

TEST_CASE("a disassembly has sections and labels") {
  const std::string text = disassembly("/proc/self/exe");
  CHECK(text.find("\n.text:\n") != std::string::npos);
  CHECK(text.find("<main>:\n") != std::string::npos);
}

TEST_CASE("files without x86-64 code are refused") {
  const test::Scratch scratch;
  const auto error_of = [](const std::string& path) {
    const emu::MaybeError wrong = emu::cli::disassemble_file({path}, stdout);
    return wrong ? wrong->sentence : "no error";
  };
  CHECK(error_of(scratch / "none") == "cannot read " + (scratch / "none") + ": no such file or directory");
  const std::string text = scratch.file("text", "text");
  CHECK(error_of(text) == text + " is no ELF file; name a program");
  test::SmallElf elf;
  elf.header.e_machine = EM_ARM;
  const std::string arm = scratch.file("arm", elf.bytes());
  CHECK(error_of(arm) == arm + " is no x86-64 ELF file; name one that is");
  elf = {};
  elf.segments[0].p_flags = PF_R;
  const std::string data = scratch.file("data", elf.bytes());
  CHECK(error_of(data) == data + " has no code; name a program or an object file");
}

TEST_CASE("hop costs lists the tables, prints each as a file that can be read again, and says what is counted") {
  using Action = CostsOptions::Action;
  const std::string list = emu::cli::describe_costs({Action::List, {}}).value();
  for (const std::string_view text : emu::builtin_cost_tables()) {
    const emu::CostTable table = emu::read_cost_table(text).value();
    CHECK(list.find(table.name + " ") != std::string::npos);
    CHECK(emu::cli::describe_costs({Action::Show, table.name}).value() == text);
  }
  const std::string counters = emu::cli::describe_costs({Action::Counters, {}}).value();
  for (const emu::CounterRow& row : emu::counter_rows()) CHECK(counters.find(row.name) != std::string::npos);
}

TEST_CASE("hop costs show checks a file of the user's own") {
  const test::Scratch scratch;
  const std::string path = scratch / "mine.json";
  CHECK(emu::cli::describe_costs({CostsOptions::Action::Show, path}).error() ==
        "--costs=" + path + ": the file cannot be read");
  static_cast<void>(scratch.file("mine.json", "{ \"schema\": 1 }"));
  CHECK(emu::cli::describe_costs({CostsOptions::Action::Show, path}).error() ==
        "--costs=" + path + ": the table needs a text for 'schema' at the top");
}
