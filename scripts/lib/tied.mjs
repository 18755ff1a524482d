// Ends a program when the process that started it ends, even if that process is killed.

/**
 * A shell starts a watcher and then replaces itself with the program. The watcher kills the program
 * when the shell's standard input ends.
 */
const WATCHED = 'exec 3<&0; { read line <&3; kill $$; } 2>/dev/null & exec "$0" "$@" 3<&-';

/** Returns the command to start instead of the program. Its standard input must be a pipe. */
export const tied = (program, ...args) => ({ program: "sh", args: ["-c", WATCHED, program, ...args] });
