// Declares pkg/inline.js, the module as a script. Editors use this file in a clone that has not
// been built.

export declare function bytes(): Uint8Array<ArrayBuffer>;
