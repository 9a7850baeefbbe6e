// SPDX-License-Identifier: GPL-2.0-or-later
// What the README shows is what the machine prints.
#include <catch2/catch_test_macros.hpp>
#include <sstream>

#include "tests/system/hop_command.h"

namespace {

/// The lines of the README's block that begins with this command, without their indentation.
std::vector<std::string> shown_after(const std::string& readme, const std::string& command) {
  const std::string indentation(4, ' ');
  const size_t begin = readme.find(indentation + "$ " + command + "\n");
  REQUIRE(begin != std::string::npos);
  std::istringstream text(readme.substr(begin));
  std::vector<std::string> lines;
  std::string line;
  for (std::getline(text, line); std::getline(text, line) && (line.empty() || line.starts_with(indentation));) {
    if (!line.empty()) lines.push_back(line.substr(indentation.size()));
  }
  return lines;
}

}  // namespace

TEST_CASE("the README's example prints what the README shows") {
  const std::string readme = test::read_file(HOP_README);
  const std::vector<std::string> shown =
      shown_after(readme, "build/hop run --stats /bin/busybox sha256sum /etc/passwd");
  REQUIRE(shown.size() > 20);
  const test::Outcome outcome = test::run_hop({"run", "--stats", "/bin/busybox", "sha256sum", "/etc/passwd"});
  CHECK(outcome.status == 0);
  CHECK(outcome.output.ends_with("  /etc/passwd\n"));
  size_t place = 0;
  for (size_t i = 1; i < shown.size(); ++i) {  // the first line is the sum of a file that is each machine's own
    if (shown[i].find("...") != std::string::npos) continue;
    INFO(shown[i] << "\nis not what follows in\n" << outcome.errors.substr(place));
    const size_t found = outcome.errors.find(shown[i] + "\n", place);
    REQUIRE(found != std::string::npos);
    place = found + shown[i].size();
  }
}
