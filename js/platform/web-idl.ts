// The properties that Web IDL gives to the members of a class and JavaScript does not.

/** Members of a prototype are enumerable: `for (const name in event)` finds them. */
export function exposeMembers({ prototype }: { prototype: object }): void {
	for (const [name, member] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
		Object.defineProperty(prototype, name, { ...member, enumerable: name !== "constructor" });
	}
}
