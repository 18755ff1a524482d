//! Provides the allocator and the panic handler of the npm build, which has no standard library.

use core::{alloc::Layout, arch::wasm32, ptr::NonNull};

use talc::{
    base::{Talc, binning::Binning},
    cell::TalcSyncCell,
    source::Source,
};

/// This allocator makes the package 1.8 kB smaller than the allocator of the standard library. Both
/// allocators grow allocations in place. With this allocator's own settings for WebAssembly, the
/// package would be 120 bytes larger.
#[global_allocator]
static ALLOCATOR: TalcSyncCell<Pages, Powers> = TalcSyncCell::new_wasm(Pages { end: None });

/// Sorts free memory into one list for each power of two.
struct Powers;

impl Binning for Powers {
    type AvailabilityBitField = u32;

    /// Sizes below 16 bytes are in no list, which the trait expresses by `u32::MAX`.
    fn size_to_bin(size: usize) -> u32 {
        27_u32.wrapping_sub((size | 8).leading_zeros())
    }
}

/// Requests memory in pages of 64 KiB. Only this allocator requests memory, so each page is next to
/// the last one.
#[derive(Debug)]
struct Pages {
    end: Option<NonNull<u8>>,
}

const PAGE: usize = 1 << 16;

// SAFETY: it does not allocate.
#[expect(unsafe_code, reason = "the trait is unsafe")]
unsafe impl Source for Pages {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        // If the pages do not suffice for the allocator's own data, the allocator calls this
        // function again.
        let pages = layout.size() / PAGE + 1;
        let first = wasm32::memory_grow::<0>(pages);
        if first == usize::MAX {
            return Err(());
        }
        let start = core::ptr::without_provenance_mut::<u8>(first * PAGE);
        let bytes = pages * PAGE;
        talc.source.end = match talc.source.end {
            // SAFETY: `end` is where the memory of this allocator ends, and the new pages follow it.
            Some(end) => Some(unsafe { talc.extend(end, start.wrapping_add(bytes)) }),
            // SAFETY: nobody else uses the new pages.
            None => unsafe { talc.claim(start, bytes) },
        };
        Ok(())
    }
}

/// The compiler requires a panic handler. The npm build never calls it: each panic becomes a trap
/// in place (`scripts/build.mjs`).
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
