//! The stored tree: tiles of every tier against those below them, and the right edge.
//!
//! The hashes of the lowest tier are compared with the leaves while these are walked.

use super::{
    super::{
        error::Result,
        finding::RegisterFinding,
        merkle::{Frontier, TILE_LEVELS, TILE_WIDTH, root_of},
        store::Read,
    },
    is_damage,
};

/// Compares the stored tree with `frontier`, which the leaves gave.
pub(super) fn check(
    rows: &dyn Read,
    size: u64,
    frontier: &Frontier,
    findings: &mut Vec<RegisterFinding>,
) -> Result<()> {
    let (mut tier, mut below, mut wanted) = (0_u32, size, 0_u64);
    while below >= TILE_WIDTH {
        let count = below >> TILE_LEVELS;
        for index in 0..count {
            tile(rows, tier, index, findings)?;
        }
        wanted = wanted.saturating_add(count);
        below = count;
        tier += 1;
    }
    let held = match rows.tile_count() {
        Ok(held) => held,
        Err(error) if is_damage(&error) => wanted,
        Err(error) => return Err(error),
    };
    if let Some(count) = held.checked_sub(wanted).filter(|count| *count > 0) {
        findings.push(RegisterFinding::ExtraTiles { count });
    }
    match rows.frontier() {
        Ok(stored) => {
            if stored != *frontier {
                findings.push(RegisterFinding::FrontierDiffers);
            }
            if let Some(last) = stored.size().checked_sub(1).filter(|last| *last >= size) {
                findings.push(RegisterFinding::Missing { first: size, last });
            }
        }
        Err(error) if is_damage(&error) => findings.push(RegisterFinding::FrontierDiffers),
        Err(error) => return Err(error),
    }
    Ok(())
}

fn tile(rows: &dyn Read, tier: u32, index: u64, findings: &mut Vec<RegisterFinding>) -> Result<()> {
    let stored = match rows.tile(tier, index) {
        Ok(Some(tile)) => Some(tile),
        Ok(None) => {
            findings.push(RegisterFinding::TileMissing { tier, index });
            return Ok(());
        }
        Err(error) if is_damage(&error) => None,
        Err(error) => return Err(error),
    };
    let below = match tier.checked_sub(1) {
        Some(below) => match rows.tile_roots(below, index << TILE_LEVELS, TILE_WIDTH) {
            Ok(roots) => Some(roots),
            Err(error) if is_damage(&error) => Some(Vec::new()),
            Err(error) => return Err(error),
        },
        None => None,
    };
    let good = stored.is_some_and(|tile| {
        tile.root == root_of(&tile.hashes) && below.is_none_or(|roots| roots == tile.hashes)
    });
    if !good {
        findings.push(RegisterFinding::TileDiffers { tier, index });
    }
    Ok(())
}
