// Owns that a program ends with the process that started it, even when that is killed.

/** A shell, whose place the program takes, leaves behind what waits for the end of the standard input. */
const WATCHED = 'exec 3<&0; { read line <&3; kill $$; } 2>/dev/null & exec "$0" "$@" 3<&-';

/** What to start instead of a program, with a pipe as its standard input. */
export const tied = (program, ...args) => ({ program: "sh", args: ["-c", WATCHED, program, ...args] });
