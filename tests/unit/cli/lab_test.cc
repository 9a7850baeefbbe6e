// SPDX-License-Identifier: GPL-2.0-or-later
// How reports of labs look, whatever they are about.
#include "emu/lab/lab.h"

#include <catch2/catch_test_macros.hpp>

namespace {

emu::lab::Report report() {
  emu::lab::Report report;
  report.introduction = "What is compared.\n";
  report.tables = {
      {"sizes", {"thing", "bytes used", "ratio", "fits"}, {{"page", 4096u, 1.5, true}, {"none", nullptr, 2.0, false}}}};
  report.remarks = {"One remark."};
  return report;
}

}  // namespace

TEST_CASE("a lab's report is printed with aligned tables and ends with its verdict") {
  emu::lab::Report made = report();
  CHECK(emu::lab::report_text(made) ==
        "What is compared.\n\n"
        "sizes\n"
        "  thing  bytes used  ratio  fits\n"
        "  page        4,096   1.50   yes\n"
        "  none            -   2.00    no\n"
        "\nOne remark.\n\nFAIL\n");
  made.passes = true;
  CHECK(emu::lab::report_text(made).ends_with("\n\npass\n"));
}

TEST_CASE("a lab's report as JSON has a member for each cell and ends with pass") {
  const std::string text = emu::lab::report_json("sizes", report());
  const auto json = nlohmann::ordered_json::parse(text);
  CHECK(json["schema"] == "hopscotch-lab-1");
  CHECK(json["lab"] == "sizes");
  CHECK(json["tables"]["sizes"][0]["bytes_used"] == 4096);
  CHECK(json["tables"]["sizes"][1]["bytes_used"].is_null());
  CHECK(json["tables"]["sizes"][1]["fits"] == false);
  CHECK(json["remarks"][0] == "One remark.");
  CHECK(json["pass"] == false);
  CHECK(text.ends_with("\"pass\": false\n}\n"));
}

TEST_CASE("every lab can be found by its name and is listed") {
  for (const emu::lab::Lab& lab : emu::lab::labs()) {
    CHECK(emu::lab::find_lab(lab.name) == &lab);
    CHECK(emu::lab::list_labs().find(std::string(lab.name) + "  ") != std::string::npos);
  }
  CHECK(emu::lab::find_lab("frob") == nullptr);
}
