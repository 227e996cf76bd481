/* Preloaded by the end-to-end tests: from the nth call on, one kind of call fails on files whose path holds a word.
   fault_arm says which; nothing fails before it was called. Built there, never part of the product. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/types.h>
#include <unistd.h>

static struct { int on, error, left, hits; char call[16], word[512]; } fault;

void fault_arm(const char *call, const char *word, int error, int after) {
  fault.on = 0, fault.error = error, fault.left = after, fault.hits = 0;
  snprintf(fault.call, sizeof fault.call, "%s", call);
  snprintf(fault.word, sizeof fault.word, "%s", word);
  fault.on = 1;
}
int fault_hits(void) { return fault.hits; }

static int fails(const char *call, const char *path) {
  if (!fault.on || strcmp(call, fault.call) || !path || !strstr(path, fault.word)) return 0;
  if (fault.left > 0) { fault.left--; return 0; }
  fault.hits++;
  errno = fault.error;
  return 1;
}
static int fails_fd(const char *call, int fd) {
  char link[64], path[4096];
  if (!fault.on || strcmp(call, fault.call)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return fails(call, path);
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = dlsym(RTLD_NEXT, #name)
#define ON_FD(type, name, call, params, args) \
  type name params { REAL(name); return fails_fd(call, fd) ? -1 : real args; }
ON_FD(ssize_t, read, "read", (int fd, void *b, size_t n), (fd, b, n))
ON_FD(ssize_t, pread, "read", (int fd, void *b, size_t n, off_t o), (fd, b, n, o))
ON_FD(ssize_t, pread64, "read", (int fd, void *b, size_t n, off64_t o), (fd, b, n, o))
ON_FD(ssize_t, write, "write", (int fd, const void *b, size_t n), (fd, b, n))
ON_FD(ssize_t, pwrite, "write", (int fd, const void *b, size_t n, off_t o), (fd, b, n, o))
ON_FD(ssize_t, pwrite64, "write", (int fd, const void *b, size_t n, off64_t o), (fd, b, n, o))
ON_FD(int, ftruncate, "write", (int fd, off_t n), (fd, n))
ON_FD(int, ftruncate64, "write", (int fd, off64_t n), (fd, n))
ON_FD(int, fsync, "fsync", (int fd), (fd))
ON_FD(int, fdatasync, "fsync", (int fd), (fd))

ssize_t sendfile64(int out, int in, off64_t *o, size_t n) {
  REAL(sendfile64);
  return fails_fd("write", out) || fails_fd("read", in) ? -1 : real(out, in, o, n);
}
ssize_t sendfile(int out, int in, off_t *o, size_t n) {
  REAL(sendfile);
  return fails_fd("write", out) || fails_fd("read", in) ? -1 : real(out, in, o, n);
}

#define MODE(last) int mode = 0; if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { va_list a; va_start(a, last); mode = va_arg(a, int); va_end(a); }
#define OPEN(name) \
  int name(const char *path, int flags, ...) { REAL(name); MODE(flags) return fails("open", path) ? -1 : real(path, flags, mode); }
OPEN(open)
OPEN(open64)
#define OPENAT(name) \
  int name(int at, const char *path, int flags, ...) { REAL(name); MODE(flags) return fails("open", path) ? -1 : real(at, path, flags, mode); }
OPENAT(openat)
OPENAT(openat64)

int rename(const char *from, const char *to) { REAL(rename); return fails("rename", to) ? -1 : real(from, to); }
int renameat(int a, const char *from, int b, const char *to) { REAL(renameat); return fails("rename", to) ? -1 : real(a, from, b, to); }
int link(const char *from, const char *to) { REAL(link); return fails("rename", to) ? -1 : real(from, to); }
int linkat(int a, const char *from, int b, const char *to, int f) { REAL(linkat); return fails("rename", to) ? -1 : real(a, from, b, to, f); }
