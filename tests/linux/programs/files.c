// SPDX-License-Identifier: GPL-2.0-or-later
// Files: opening, reading, writing, seeking, their names and attributes, with the errors at the edges.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <utime.h>

#include "show.h"

static void reading_and_writing(void) {
  char buffer[64] = {0};
  int file = open("a", O_RDWR | O_CREAT | O_EXCL, 0640);
  SHOW(open("a", O_RDWR | O_CREAT | O_EXCL, 0640));
  SHOW(open("missing", O_RDONLY));
  SHOW(open("", O_RDONLY));
  SHOW(open("a/b", O_RDONLY));
  SHOW(open("a", O_RDONLY | O_DIRECTORY));
  SHOW(open(".", O_WRONLY));
  SHOW(open((char*)1, O_RDONLY));
  SHOW(write(file, "hello, world\n", 13));
  SHOW(lseek(file, 0, SEEK_SET));
  SHOW(read(file, buffer, sizeof(buffer)));
  printf("%s", buffer);
  SHOW(read(file, buffer, sizeof(buffer)));
  SHOW(pread(file, buffer, 5, 7));
  printf("%.5s\n", buffer);
  SHOW(pread(file, buffer, 5, -1));
  SHOW(pwrite(file, "HELLO", 5, 0));
  SHOW(pwrite(file, "end", 3, 100));
  SHOW(lseek(file, 0, SEEK_CUR));
  SHOW(lseek(file, 0, SEEK_END));
  SHOW(lseek(file, -1000, SEEK_CUR));
  SHOW(lseek(file, 0, 99));
  SHOW(lseek(file, 1000, SEEK_DATA));
  SHOW(lseek(file, 1000, SEEK_HOLE));
  SHOW(write(file, (void*)1, 4));
  SHOW(write(file, NULL, 0));
  SHOW(read(file, (void*)1, 4));
  SHOW(ftruncate(file, 5));
  SHOW(ftruncate(file, -5));
  SHOW(lseek(file, 0, SEEK_END));
  SHOW(fsync(file));
  SHOW(close(file));
  SHOW(close(file));
  SHOW(read(file, buffer, 1));
  SHOW(write(-1, buffer, 1));
  SHOW(lseek(77, 0, SEEK_SET));

  file = open("a", O_WRONLY | O_APPEND);
  SHOW(write(file, "+1", 2));
  SHOW(lseek(file, 0, SEEK_SET));
  SHOW(write(file, "+2", 2));
  SHOW(lseek(file, 0, SEEK_CUR));
  SHOW(read(file, buffer, 1));
  SHOW(fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND));
  SHOW(fcntl(file, F_SETFL, 0));
  SHOW(fcntl(file, F_GETFL) & (O_ACCMODE | O_APPEND));
  close(file);
  file = open("a", O_RDONLY);
  SHOW(write(file, "x", 1));
  SHOW(ftruncate(file, 0));
  memset(buffer, 0, sizeof(buffer));
  SHOW(read(file, buffer, sizeof(buffer)));
  puts(buffer);
  close(file);
}

static void vectors(void) {
  char first[4] = "abc", second[8] = {0}, third[8] = {0};
  int file = open("v", O_RDWR | O_CREAT | O_TRUNC, 0600);
  struct iovec out[3] = {{first, 3}, {NULL, 0}, {"defgh", 5}};
  SHOW(writev(file, out, 3));
  struct iovec in[2] = {{second, 2}, {third, 7}};
  SHOW(preadv(file, in, 2, 1));
  printf("%s %s\n", second, third);
  SHOW(readv(file, in, 2));
  SHOW(writev(file, out, -1));
  SHOW(writev(file, out, 1025));
  SHOW(writev(file, (struct iovec*)8, 1));
  struct iovec bad[2] = {{first, 3}, {(void*)16, 4}};
  SHOW(pwritev(file, bad, 2, 0));
  struct iovec huge[2] = {{first, 0x7fffffffffffffff}, {first, 10}};
  SHOW(writev(file, huge, 2));
  SHOW(writev(file, out, 0));
  close(file);
  SHOW(unlink("v"));
}

static void show_status(const char* name) {
  struct stat status;
  SHOW(lstat(name, &status));
  printf("%s: mode %o links %ld size %ld\n", name, status.st_mode, (long)status.st_nlink,
         S_ISDIR(status.st_mode) ? 0 : (long)status.st_size);
}

static void names(void) {
  struct stat status;
  char buffer[64] = {0};
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("no/d", 0755));
  SHOW(link("a", "d/hard"));
  SHOW(link("a", "d/hard"));
  SHOW(link("d", "dd"));
  SHOW(symlink("a", "soft"));
  SHOW(symlink("loop", "loop"));
  SHOW(symlink("", "empty"));
  SHOW(open("loop", O_RDONLY));
  SHOW(open("soft", O_RDONLY | O_NOFOLLOW));
  SHOW(readlink("soft", buffer, sizeof(buffer)));
  puts(buffer);
  SHOW(syscall(SYS_readlink, "soft", buffer, 0));
  SHOW(readlink("a", buffer, sizeof(buffer)));
  show_status("a");
  show_status("soft");
  show_status("d");
  SHOW(stat("soft", &status));
  SHOW(stat("missing", &status));
  SHOW(syscall(SYS_newfstatat, AT_FDCWD, "a", (struct stat*)8, 0));
  SHOW(fstat(99, &status));
  SHOW(rename("d/hard", "b"));
  SHOW(rename("missing", "b"));
  SHOW(rename("a", "d"));
  SHOW(rename("d", "a"));
  SHOW(rename("d", "d/below"));
  SHOW(syscall(SYS_renameat2, AT_FDCWD, "a", AT_FDCWD, "b", 1));
  SHOW(rmdir("a"));
  SHOW(unlink("d"));
  SHOW(rmdir("missing"));
  SHOW(symlink("x", "d/x"));
  SHOW(rmdir("d"));
  SHOW(unlink("d/x"));
  SHOW(access("a", R_OK | W_OK));
  SHOW(access("a", X_OK));
  SHOW(access("d", X_OK));
  SHOW(access("missing", F_OK));
  SHOW(access("a", 99));
  SHOW(chmod("a", 0755));
  SHOW(access("a", X_OK));
  SHOW(fchmodat(AT_FDCWD, "a", 04711, 0));
  show_status("a");
  SHOW(chmod("missing", 0600));
  SHOW(chown("a", 12, 34));
  SHOW(stat("a", &status));
  printf("%u %u %o\n", status.st_uid, status.st_gid, status.st_mode);
  SHOW(chown("a", -1, 0));
  SHOW(stat("a", &status));
  printf("%u %u\n", status.st_uid, status.st_gid);
  char long_name[5000];
  memset(long_name, 'x', sizeof(long_name) - 1);
  long_name[sizeof(long_name) - 1] = 0;
  SHOW(open(long_name, O_RDONLY));
  long_name[300] = 0;
  SHOW(open(long_name, O_RDONLY));
  SHOW(unlink("soft"));
  SHOW(unlink("loop"));
  SHOW(unlink("b"));
}

static void times(void) {
  struct stat status;
  const struct timespec set[2] = {{1000, 5}, {2000, 7}};
  SHOW(utimensat(AT_FDCWD, "a", set, 0));
  SHOW(stat("a", &status));
  printf("%ld.%09ld %ld.%09ld\n", (long)status.st_atim.tv_sec, status.st_atim.tv_nsec, (long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  const struct timespec omit[2] = {{0, UTIME_OMIT}, {3000, 0}};
  SHOW(utimensat(AT_FDCWD, "a", omit, 0));
  SHOW(stat("a", &status));
  printf("%ld %ld\n", (long)status.st_atim.tv_sec, (long)status.st_mtim.tv_sec);
  const struct timespec wrong[2] = {{0, -1}, {0, 2000000000}};
  SHOW(utimensat(AT_FDCWD, "a", wrong, 0));
  const struct utimbuf old = {11, 22};
  SHOW(utime("a", &old));
  const struct timeval values[2] = {{5, 6}, {7, 8}};
  SHOW(utimes("a", values));
  SHOW(stat("a", &status));
  printf("%ld %ld\n", status.st_atim.tv_nsec, status.st_mtim.tv_nsec);
  SHOW(utimes("missing", values));
#ifdef __GLIBC__  // musl 1.2.3 has no statx
  struct statx extended;
  SHOW(statx(AT_FDCWD, "a", 0, STATX_BASIC_STATS, &extended));
  printf("%o %lld %u\n", extended.stx_mode, (long long)extended.stx_size, extended.stx_nlink);
  SHOW(statx(AT_FDCWD, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended));
  SHOW(statx(AT_FDCWD, "", 0, STATX_BASIC_STATS, &extended));
  SHOW(statx(AT_FDCWD, "a", 0x80000, STATX_BASIC_STATS, &extended));
#endif
}

static int by_name(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void directories(void) {
  char name[32];
  char* found[80];
  int count = 0;
  SHOW(mkdir("many", 0700));
  SHOW(chdir("many"));
  for (int i = 0; i < 60; i++) {
    snprintf(name, sizeof(name), "file-%02d", i);
    close(open(name, O_CREAT | O_WRONLY, 0600));
  }
  DIR* directory = opendir(".");
  for (struct dirent* entry; (entry = readdir(directory)) != NULL && count < 80;) found[count++] = strdup(entry->d_name);
  closedir(directory);
  qsort(found, (size_t)count, sizeof(found[0]), by_name);
  printf("%d entries:", count);
  for (int i = 0; i < count; i++) printf(" %s", found[i]);
  puts("");
  char buffer[16];
  int descriptor = open(".", O_RDONLY | O_DIRECTORY);
  SHOW(syscall(SYS_getdents64, descriptor, buffer, sizeof(buffer)));
  SHOW(read(descriptor, buffer, sizeof(buffer)));
  SHOW(write(descriptor, buffer, sizeof(buffer)));
  SHOW_OK(openat(descriptor, "file-07", O_RDONLY));
  SHOW(faccessat(descriptor, "file-60", F_OK, 0));
  SHOW(unlinkat(descriptor, "file-00", AT_REMOVEDIR));
  SHOW(unlinkat(descriptor, "file-00", 0));
  SHOW(fchdir(descriptor));
  SHOW(fchdir(0) == 0 ? 0 : -1);
  SHOW(openat(99, "file-07", O_RDONLY));
  for (int i = 1; i < 60; i++) {
    snprintf(name, sizeof(name), "file-%02d", i);
    unlink(name);
  }
  close(descriptor);
  SHOW(chdir(".."));
  SHOW(rmdir("many"));
  char path[256];
  SHOW(strcmp(getcwd(path, sizeof(path)), show_directory));
  SHOW(getcwd(path, 3) == NULL ? -1 : 0);
  SHOW(chdir("a"));
  SHOW(chdir("missing"));
}

static void descriptors(void) {
  int file = open("a", O_RDWR);
  int copy = dup(file);
  SHOW(copy > file);
  SHOW(lseek(file, 3, SEEK_SET));
  SHOW(lseek(copy, 0, SEEK_CUR));
  SHOW(dup2(file, 50));
  SHOW(dup2(file, file) == file);
  SHOW(dup2(99, 51));
  SHOW(dup2(file, 5000000));
  SHOW(dup3(file, file, 0));
  SHOW(dup3(file, 52, O_CLOEXEC));
  SHOW(fcntl(52, F_GETFD));
  SHOW(fcntl(50, F_GETFD));
  SHOW(fcntl(50, F_SETFD, FD_CLOEXEC));
  SHOW(fcntl(50, F_GETFD));
  SHOW(fcntl(file, F_DUPFD, 60));
  SHOW(fcntl(file, F_DUPFD_CLOEXEC, 60));
  SHOW(fcntl(file, 9999));
  SHOW(syscall(SYS_close_range, 50, 60, 0));
  SHOW(fcntl(50, F_GETFD));
  SHOW(fcntl(61, F_GETFD));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  SHOW(fcntl(file, F_SETLK, &lock));
  SHOW(fcntl(file, F_GETLK, &lock));
  SHOW(lock.l_type == F_UNLCK);
  SHOW(posix_fallocate(file, 0, 100));
  SHOW(lseek(file, 0, SEEK_END));
  struct statfs system;
  SHOW(fstatfs(file, &system));
  SHOW(umask(077) == 022);
  SHOW(umask(022));
  close(file);
  close(copy);
  SHOW(truncate("a", 3));
  SHOW(truncate("missing", 3));
  SHOW(unlink("a"));
  SHOW(mknod("fifo", S_IFIFO | 0600, 0));
  show_status("fifo");
  SHOW(unlink("fifo"));
  SHOW(rmdir("d"));
}

int main(void) {
  umask(022);
  enter_directory();
  reading_and_writing();
  vectors();
  names();
  times();
  directories();
  descriptors();
  leave_directory();
  return 0;
}
