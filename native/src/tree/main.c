/*
 * selfsame-tree: writes and reads trees whose files belong to the ids of sandboxes. Runs as root of a user
 * namespace (selfsame-ns run), once for thousands of files, since a process or a look-up by the full path
 * for each would be what takes the time.
 *
 *   selfsame-tree write DIRECTORY
 *       Carries out the requests on standard input, below DIRECTORY. Each is a run of NUL-terminated
 *       texts; numbers are decimal, times are seconds since 1970. Paths are relative, without empty, `.`
 *       or `..` parts; nothing follows a symbolic link or leaves its directory.
 *         source DIRECTORY                         where link, move and copy take from, from now on
 *         directory PATH MODE UID GID              also changes an existing one
 *         file PATH MODE UID GID TIME SIZE         then SIZE bytes
 *         symlink PATH TARGET UID GID TIME
 *         link FROM PATH                           a hard link: both stay the same file
 *         alias FROM PATH                          a hard link inside DIRECTORY
 *         move FROM PATH                           replaces a file at PATH
 *         copy FROM PATH MODE UID GID TIME
 *         attributes PATH MODE UID GID
 *         time PATH TIME
 *         remove PATH                              with everything below it; nothing there is no error
 *   selfsame-tree scan DIRECTORY
 *       Prints each entry below DIRECTORY as NUL-terminated texts: TYPE PATH MODE UID GID TIME, then for
 *         file                SIZE SHA256 ATTRIBUTES
 *         directory, opaque   ATTRIBUTES
 *         symlink             TARGET
 *         whiteout, other     nothing
 *       ATTRIBUTES are pairs of name and value in hexadecimal, ended by an empty name. `opaque` and
 *       `whiteout` are what an overlay leaves in its upper directory; notes of the overlay are left out.
 *
 *   selfsame-tree attributes DIRECTORY
 *       Prints what has extended attributes, DIRECTORY itself (an empty PATH) and what is below it, as NUL-terminated
 *       texts: PATH, then names, each with its value in hexadecimal or `!` and why it cannot be read, ended by an empty name; the name `!` stands for those
 *       of which not even the names can be. Needs no rights besides those to read the tree. Symbolic links have their own.
 *
 *   selfsame-tree read DIRECTORY
 *       Prints the contents of the files whose NUL-terminated paths are on standard input, one after another.
 *
 * Fails as common/fail.h says, with stage `request`, `no-space` or `tree`.
 */
#include <string.h>

#include "common/fail.h"
#include "tree/attributes.h"
#include "tree/read.h"
#include "tree/scan.h"
#include "tree/write.h"

int main(int argc, char **argv)
{
	program_name = "selfsame-tree";
	if (argc == 3 && strcmp(argv[1], "write") == 0)
		write_tree(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "scan") == 0)
		scan_tree(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "attributes") == 0)
		list_attributes(argv[2]);
	else if (argc == 3 && strcmp(argv[1], "read") == 0)
		read_tree(argv[2]);
	else
		fail("request", 0, "expected: write, scan, attributes or read, and DIRECTORY");
	return 0;
}
