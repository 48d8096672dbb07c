//! Chance from a seed, the same on every machine.
//!
//! A stream is SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014): one word of state, so a
//! stream of its own for each purpose and each person costs nothing. Fractions use only the four
//! operations that IEEE 754 rounds alike everywhere; `exp` and `ln` are written out for that reason,
//! because those of the system's library may differ in the last bit.

/// What a stream is for. Each purpose draws from its own, so that more of one leaves the others alone.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Staffing = 1,
    Firm = 2,
    Arrival = 3,
    Person = 4,
    Origin = 5,
    Visits = 6,
    Letters = 7,
    Outreach = 8,
    Deal = 9,
    Visit = 10,
    Words = 11,
    Names = 12,
    CompanyFacts = 13,
    Customer = 14,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// One stream.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream of that purpose for that person, company or block.
    pub fn new(seed: u64, purpose: Purpose, index: usize) -> Chance {
        let place = mix((index as u64).wrapping_mul(GOLDEN).wrapping_add(purpose as u64));
        Chance(mix(seed.wrapping_add(GOLDEN)) ^ place)
    }

    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A whole number in `0..n`; `n` far below 2^32, so the unevenness is below one in a million.
    pub fn below(&mut self, n: usize) -> usize {
        (((self.word() >> 32) * n as u64) >> 32) as usize
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    /// A fraction in `[0, 1)`.
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// True with that probability.
    pub fn hit(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Nearly normal, mean 0, deviation 1, within ±6: the sum of twelve even draws (Irwin and Hall).
    pub fn normal(&mut self) -> f64 {
        let mut sum = 0;
        for _ in 0..3 {
            let word = self.word();
            sum += (word & 0xFFFF) + (word >> 16 & 0xFFFF) + (word >> 32 & 0xFFFF) + (word >> 48);
        }
        sum as f64 / 65_536.0 - 6.0 + 6.0 / 65_536.0
    }

    /// A wait of that mean: exponential, so long waits come now and then.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -mean * ln(1.0 - self.unit())
    }

    pub fn pick<'a, T: ?Sized>(&mut self, among: &[&'a T]) -> &'a T {
        among[self.below(among.len())]
    }

    /// A place in the list, each as likely as its weight says.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum::<u32>() as usize) as u32;
        for (place, weight) in weights.iter().enumerate() {
            if left < *weight {
                return place;
            }
            left -= weight;
        }
        weights.len() - 1
    }
}

/// From log-odds to a probability.
pub(crate) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + exp(-logit))
}

/// From a probability to log-odds.
pub(crate) fn log_odds(probability: f64) -> f64 {
    ln(probability / (1.0 - probability))
}

const LN_2: f64 = std::f64::consts::LN_2;

/// e to the power of `x`, for |x| below 700: halve the range by powers of two, then Taylor's series.
pub(crate) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let whole = (x / LN_2 + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let rest = x - whole as f64 * LN_2;
    let mut sum = 1.0;
    for n in (1..=14).rev() {
        sum = 1.0 + sum * rest / f64::from(n);
    }
    sum * f64::from_bits(((whole + 1023) as u64) << 52)
}

/// The natural logarithm of a normal positive number: the exponent apart, the rest by the series of
/// the inverse hyperbolic tangent.
pub(crate) fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let mut power = ((bits >> 52) & 0x7FF) as i64 - 1023;
    let mut part = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if part > std::f64::consts::SQRT_2 {
        part /= 2.0;
        power += 1;
    }
    let ratio = (part - 1.0) / (part + 1.0);
    let square = ratio * ratio;
    let mut sum = 0.0;
    for n in (0..12).rev() {
        sum = sum * square + 1.0 / f64::from(2 * n + 1);
    }
    2.0 * ratio * sum + power as f64 * LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_agree_with_the_library_to_fifteen_digits() {
        for step in -400..400 {
            let x = f64::from(step) * 0.173;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "exp({x})");
            assert!((ln(exp(x)) - x).abs() < 1e-13 * x.abs().max(1.0), "ln(exp({x}))");
        }
        assert!((logistic(log_odds(0.037)) - 0.037).abs() < 1e-15);
    }

    #[test]
    fn draws_have_the_mean_and_spread_that_they_promise() {
        let mut chance = Chance::new(7, Purpose::Person, 3);
        let draws: Vec<f64> = (0..40_000).map(|_| chance.normal()).collect();
        let mean = draws.iter().sum::<f64>() / 40_000.0;
        let spread = draws.iter().map(|draw| draw * draw).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
        let waited = (0..40_000).map(|_| chance.wait(5.0)).sum::<f64>() / 40_000.0;
        assert!((waited - 5.0).abs() < 0.15, "{waited}");
        let mut seen = [0; 3];
        (0..30_000).for_each(|_| seen[chance.weighted(&[1, 2, 0])] += 1);
        assert!((9_500..10_500).contains(&seen[0]) && seen[2] == 0, "{seen:?}");
    }

    #[test]
    fn streams_do_not_follow_each_other() {
        let first = |purpose, index| Chance::new(1, purpose, index).word();
        assert_ne!(first(Purpose::Person, 0), first(Purpose::Person, 1));
        assert_ne!(first(Purpose::Person, 0), first(Purpose::Deal, 0));
        assert_ne!(Chance::new(2, Purpose::Person, 0).word(), first(Purpose::Person, 0));
    }
}
