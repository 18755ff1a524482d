//! Owns what a module without the standard library must bring: allocator and panic handler of the npm build.

/// The allocator that the standard library uses on this target.
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Nothing here panics on purpose. Without a message there is no formatting to carry.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
