// Ends a program with the process that started it, even if that process is killed.

/**
 * A shell starts a watcher, which kills the program when its standard input ends, and replaces
 * itself with the program.
 */
const WATCHED = 'exec 3<&0; { read line <&3; kill $$; } 2>/dev/null & exec "$0" "$@" 3<&-';

/** Returns the command to start instead of the program, with a pipe as its standard input. */
export const tied = (program, ...args) => ({ program: "sh", args: ["-c", WATCHED, program, ...args] });
