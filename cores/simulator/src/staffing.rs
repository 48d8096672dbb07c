//! Who works where: people are dealt to companies in blocks, so that either finds the other by count.
//!
//! A block holds 64 people and 28 companies. Some companies have one person whom we know, some eight
//! or more; which is which differs from block to block.

use std::ops::Range;

use crate::chance::{Chance, Purpose};

const BLOCK_PEOPLE: usize = 64;
const BLOCK_COMPANIES: usize = 28;

/// Three ways to deal 64 people to 28 companies; the order is shuffled, and some people move.
const DEALS: [[u8; BLOCK_COMPANIES]; 3] = [
    [8, 6, 5, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [11, 7, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [7, 7, 5, 5, 4, 4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
];
/// Most people of one company, which keeps colleagues' surnames apart.
const STAFF_MAX: u8 = 12;

/// For each company of a block, its people so far: the first of company `n` is at place `n`.
fn firsts(seed: u64, block: usize) -> [usize; BLOCK_COMPANIES + 1] {
    let mut chance = Chance::new(seed, Purpose::Staffing, block);
    let mut sizes = DEALS[chance.below(DEALS.len())];
    for last in (1..BLOCK_COMPANIES).rev() {
        sizes.swap(last, chance.below(last + 1));
    }
    for _ in 0..6 {
        let (from, to) = (chance.below(BLOCK_COMPANIES), chance.below(BLOCK_COMPANIES));
        if from != to && sizes[from] > 1 && sizes[to] < STAFF_MAX {
            sizes[from] -= 1;
            sizes[to] += 1;
        }
    }
    let mut firsts = [block * BLOCK_PEOPLE; BLOCK_COMPANIES + 1];
    for (place, size) in sizes.iter().enumerate() {
        firsts[place + 1] = firsts[place] + usize::from(*size);
    }
    firsts
}

/// The company of a person.
pub(crate) fn company_of(seed: u64, person: usize) -> usize {
    let block = person / BLOCK_PEOPLE;
    let place = firsts(seed, block).partition_point(|first| *first <= person) - 1;
    block * BLOCK_COMPANIES + place
}

/// The people of a company.
pub(crate) fn staff_of(seed: u64, company: usize) -> Range<usize> {
    let firsts = firsts(seed, company / BLOCK_COMPANIES);
    let place = company % BLOCK_COMPANIES;
    firsts[place]..firsts[place + 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_companies_find_each_other() {
        assert!(DEALS.iter().all(|deal| deal.iter().sum::<u8>() as usize == BLOCK_PEOPLE));
        let mut next = 0;
        for company in 0..2_800 {
            let staff = staff_of(5, company);
            assert_eq!(staff.start, next, "company {company} begins where the last one ended");
            assert!((1..=STAFF_MAX as usize).contains(&staff.len()));
            assert!(staff.clone().all(|person| company_of(5, person) == company));
            next = staff.end;
        }
        assert_eq!(next, 6_400);
    }
}
