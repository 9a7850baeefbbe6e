// SPDX-License-Identifier: GPL-2.0-or-later
// The longer texts of --help.
#pragma once

namespace emu::cli {

inline constexpr char kProgramDescription[] =
    R"(Hopscotch: a machine that is x86-64 with many address spaces at once, and a kernel without processes.
A thread hops between address spaces through gates; code, stack and heap of a program lie in spaces of their own.
hop emulates the machine and runs unmodified static Linux programs on it.)";

inline constexpr char kProgramFooter[] =
    R"(Try:
  hop run /bin/busybox sha256sum /etc/passwd
  hop run --stats /bin/busybox ls -l /etc/passwd
'hop COMMAND --help' describes a command and its options.)";

inline constexpr char kRunDescription[] =
    R"(Runs a static x86-64 Linux program, or a native Hopscotch program, on the machine.
PROGRAM is a path, or a name that is searched for in PATH. Everything after PROGRAM belongs to the program, also what
looks like an option of hop. Standard input, output and error are the program's; nothing it does reaches the host's
files: it sees copies, and changes to them are lost at the end.)";

inline constexpr char kRunFooter[] =
    R"(The guest's files:
  Without --root the guest has an empty root with /tmp and /dev, the program, and a copy of every file and directory
  that is named among ARGS (as a whole argument) and exists, under the same path. The current directory is the same
  as the host's. Nothing is taken from /dev, /proc and /sys.
  With --root=DIR it has a copy of DIR and starts in /. PROGRAM is looked up in DIR first; a program from outside is
  copied in under its own path (without links).

The guest's environment:
  HOME=/, LANG=C, PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin, TERM=xterm, and what --env adds.
  Nothing is taken from the host's environment, so that runs repeat.

Exit status:
  the guest's own; 128+N if signal N ended the program
  2    hop was called wrongly, or a file cannot be run: nothing was started
  70   deadlock: nothing in the guest can ever run again
  71   the guest's kernel panicked, or the machine could not go on
  124  the limit of --limit was reached
  130  Ctrl-C ended the machine (128+N for other signals; 141 if nobody reads the output any more)

Examples:
  hop run /bin/busybox sha256sum /etc/passwd
  hop run --root=./tree --env=USER=me busybox find / -type f
  hop run --stats=json --stats-file=counts.json ./a.out 1 2 3
  hop run --sequence ./first x --then ./second y)";

inline constexpr char kLabDescription[] =
    R"(Comparisons, measured then and there, as tables; each says whether all is as it has to be.)";

inline constexpr char kLabFooter[] =
    R"(Exit status:
  0    pass
  1    something is not as it has to be: the table says what
  2    hop was called wrongly, or a machine could not be made)";

}  // namespace emu::cli
