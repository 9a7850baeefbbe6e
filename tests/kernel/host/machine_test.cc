// SPDX-License-Identifier: GPL-2.0-or-later
// The tests of tests/kernel/guest, each program on a machine of its own; its log tells the sentences.
#include <catch2/catch_test_macros.hpp>

#include <set>
#include <string>

#include "isa-ext/variant/parse.h"
#include "tests/kernel/host/guest_run.h"

namespace {

void check_program(const GuestRun& run) {
  const GuestOutcome outcome = run_guest(run);
  INFO(outcome.log);
  INFO(outcome.result.detail);
  CHECK(outcome.result.reason == emu::EndReason::PowerOff);
  CHECK(outcome.result.exit_status == 0);
  CHECK(outcome.log.find("failed 0\n") != std::string::npos);
}

/// The sentences of all programs that do not hold on this variant of the machine.
std::set<std::string> untrue_sentences(const asx::Variant& variant,
                                       const std::vector<std::string>& programs = {"spaces", "selectors", "grants",
                                                                                   "faults", "threads", "dying"}) {
  std::set<std::string> sentences;
  for (const std::string& program : programs) {
    const GuestOutcome outcome = run_guest({.programs = {"kernel_" + program + "_guest"}, .variant = variant});
    INFO(outcome.log);
    CHECK(outcome.result.reason == emu::EndReason::PowerOff);
    CHECK(outcome.log.find("\npassed ") != std::string::npos);
    const std::string mark = "FAIL: ";
    for (size_t at = outcome.log.find(mark); at != std::string::npos; at = outcome.log.find(mark, at + 1)) {
      const std::string line = outcome.log.substr(at + mark.size(), outcome.log.find('\n', at) - at - mark.size());
      sentences.insert(line.substr(0, line.find(" [deepest")));
    }
  }
  return sentences;
}

using Sentences = std::set<std::string>;

}  // namespace

TEST_CASE("spaces do what their calls say") {
  check_program({.programs = {"kernel_spaces_guest"}});
}

TEST_CASE("what is lent with a call reaches its space, and is gone with the return") {
  check_program({.programs = {"kernel_grants_guest"}});
}

TEST_CASE("a copy is a copy, whoever writes first") {
  check_program({.programs = {"kernel_copies_guest"}});
}

TEST_CASE("pages come from a pager, and a pager that fails leaves an ordinary page fault") {
  check_program({.programs = {"kernel_pagers_guest"}});
  check_program({.programs = {"kernel_pagers_guest"}, .quantum = 100});
  for (const asx::Variant& variant :
       {asx::Variant{.return_stack = asx::ReturnStack::Memory}, asx::Variant{.bind = asx::Bind::Stack},
        asx::Variant{.bind = asx::Bind::None}, asx::Variant{.save = asx::Save::None},
        asx::Variant{.save = asx::Save::All}, asx::Variant{.generations = asx::Generations::Off}}) {
    INFO(asx::to_line(variant));
    check_program({.programs = {"kernel_pagers_guest"}, .variant = variant});
  }
}

TEST_CASE("locks are not lost with their holders") {
  for (const uint32_t quantum : {0u, 1u, 300u}) {
    INFO("quantum " << quantum);
    check_program({.programs = {"kernel_locks_guest"}, .quantum = quantum});
  }
}

TEST_CASE("who has used up his quota gets no more, and nobody else is any the worse for it") {
  check_program({.programs = {"kernel_quotas_guest"}});
}

TEST_CASE("each allocation of the kernel fails in turn, and nothing is lost or changed") {
  check_program({.programs = {"kernel_failing_guest"}});
}

TEST_CASE("selectors reach what was granted and nothing else") {
  check_program({.programs = {"kernel_selectors_guest"}});
}

TEST_CASE("faults of a service come to their handler or to its caller") {
  check_program({.programs = {"kernel_faults_guest"}});
}

TEST_CASE("memory that runs out is a status or a fault, and comes back") {
  check_program({.programs = {"kernel_memory_guest"}, .memory = uint64_t{32} << 20});
}

TEST_CASE("system information, modules and interrupts are as promised") {
  std::string data;
  for (int i = 0; i < 5000; ++i) data += static_cast<char>(i % 251);
  check_program({.programs = {"kernel_system_guest"}, .data = data});
}

TEST_CASE("a program without authority is refused, and a machine whose threads have all ended says so") {
  const GuestOutcome outcome = run_guest({.programs = {"kernel_authority_guest"}, .authority = hop::kAuthorityBasic});
  INFO(outcome.log);
  CHECK(outcome.log.find("passed 1 failed 0\n") != std::string::npos);
  CHECK(outcome.result.reason == emu::EndReason::Deadlock);
}

TEST_CASE("priorities, ceilings and budgets stay with the thread behind any number of gates") {
  check_program({.programs = {"kernel_scheduling_guest"}});
  check_program({.programs = {"kernel_scheduling_guest"}, .variant = {.spaces = asx::Spaces::One}});
}

TEST_CASE(
    "a thread behind a gate with a ceiling is not interrupted for ever by one that its own priority would let run") {
  for (const uint32_t quantum : {700u, 5'000u, 33'333u}) {
    const GuestOutcome outcome =
        run_guest({.programs = {"kernel_scheduling_guest"}, .quantum = quantum, .limit = 2'000'000'000});
    INFO(outcome.log);
    CHECK(outcome.result.reason == emu::EndReason::PowerOff);
    CHECK(outcome.log.find("pass: K5: a gate raises the priority") != std::string::npos);
  }
}

TEST_CASE("what is asked of a thread takes effect where it began, and a call's deadline splits the chain") {
  for (const uint32_t quantum : {100u, 1'500u, 0u}) {
    INFO("quantum " << quantum);
    check_program({.programs = {"kernel_requests_guest"}, .quantum = quantum});
  }
  check_program({.programs = {"kernel_requests_guest"}, .variant = {.spaces = asx::Spaces::One}});
}

TEST_CASE("threads have the same results, and die with their spaces, whatever the quantum") {
  for (const uint32_t quantum : {50u, 77u, 1'000u, 33'333u, 0u}) {
    INFO("quantum " << quantum);
    check_program({.programs = {"kernel_threads_guest"}, .quantum = quantum});
    check_program({.programs = {"kernel_dying_guest"}, .quantum = quantum});
  }
}

TEST_CASE("preempted at every block, gates, returns, faults, pagers and threads do what they do undisturbed") {
  for (const char* program :
       {"kernel_threads_guest", "kernel_dying_guest", "kernel_faults_guest", "kernel_grants_guest",
        "kernel_spaces_guest", "kernel_selectors_guest", "kernel_requests_guest", "kernel_pagers_guest",
        "kernel_copies_guest", "kernel_quotas_guest"}) {
    INFO(program);
    check_program({.programs = {program}, .quantum = 1});
  }
}

TEST_CASE("a run is the same, instruction by instruction, when it is repeated") {
  const GuestRun run{.programs = {"kernel_threads_guest"}, .quantum = 500};
  CHECK(run_guest(run).log == run_guest(run).log);
}

TEST_CASE("with return-stack=memory and entry=anywhere whatever the kernel's tests say still holds") {
  CHECK(untrue_sentences({.return_stack = asx::ReturnStack::Memory}) == Sentences{});
  CHECK(untrue_sentences({.entry = asx::EntryPoint::Anywhere}) == Sentences{});
}

TEST_CASE("with generations=off exactly those of the kernel's tests fail that are about stale selectors") {
  CHECK(untrue_sentences({.generations = asx::Generations::Off}) ==
        Sentences{"K3: a call through a closed gate, or into a dead space, is refused in the caller",
                  "K3: a selector to a destroyed space is stale, whoever gets its id",
                  "a selector to a removed entry is stale, whoever gets its slot",
                  "of all 65,536 selectors exactly those that were granted reach memory"});
}

TEST_CASE("with save=all or none exactly those of the kernel's tests fail that look at all registers") {
  // these expect zero in the scratch registers, and find what they were before the call
  CHECK(untrue_sentences({.save = asx::Save::All}) ==
        Sentences{"a call through a gate returns its result and the caller's registers",
                  "K1: a fault in a service pops exactly one frame, and its caller is told ServerFault",
                  "K1: a fault in a space with a fault gate hops there, and resumes where the gate says",
                  "K1: a recovery entry that faults itself is given up, and one frame is popped",
                  "K4: a secure stack used up by recursion fails in the caller, and the thread survives",
                  "K3: a thread executing in a space that dies comes back to the caller with ServerFault",
                  "K3: a thread returning through a space that died skips it",
                  "K1: behind a gate with a recovery entry a fault continues there",
                  "syscall enters the personality's gate, which sets the program's thread pointer"});
  // and these their own RBX RBP R12-R15, after a callee that changed them
  CHECK(untrue_sentences({.save = asx::Save::None}) ==
        Sentences{"K1: a fault in a service pops exactly one frame, and its caller is told ServerFault",
                  "K3: a thread returning through a space that died skips it",
                  "syscall enters the personality's gate, which sets the program's thread pointer"});
}

TEST_CASE("with bind=code whatever the kernel's tests say still holds, with stack and none all but a set of its own") {
  CHECK(untrue_sentences({.bind = asx::Bind::Code}).empty());
  // the first puts the kernel's gate into slot 1 of a new space, where the common list has it already; for the second
  // there is no set but the common one
  const Sentences taken = {
      "K1: a fault in a space with a fault gate hops there, and resumes where the gate says",
      "K9: a service that tests its caller's pointer is told what the caller could do with it, not it itself"};
  CHECK(untrue_sentences({.bind = asx::Bind::Stack}) == taken);
  CHECK(untrue_sentences({.bind = asx::Bind::None}) == taken);
}

TEST_CASE("with spaces=one calls, returns, faults, recovery, threads and dying servers are as the kernel's tests say") {
  // what a caller may do with another space is nothing
  CHECK(untrue_sentences({.spaces = asx::Spaces::One}, {"faults", "threads", "dying"}) ==
        Sentences{
            "K9: a service that tests its caller's pointer is told what the caller could do with it, not it itself"});
  for (const uint32_t quantum : {50u, 333u}) {
    check_program({.programs = {"kernel_threads_guest"}, .quantum = quantum, .variant = {.spaces = asx::Spaces::One}});
  }
}
