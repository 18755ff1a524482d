// Properties of class members that Web IDL defines and JavaScript classes do not have by default.

/** Makes the members of a prototype enumerable: `for (const name in event)` finds them. */
export function exposeMembers({ prototype }: { prototype: object }): void {
	for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
		Object.defineProperty(prototype, name, { ...member, enumerable: name !== "constructor" });
	}
}
