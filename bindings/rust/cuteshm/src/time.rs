// SPDX-License-Identifier: MIT
//! numpy's datetime64 and timedelta64.

use crate::element::element;
use std::fmt;

/// A point in time, `<M8[unit]`: how many of the unit since 1970-01-01T00:00. The unit is in the dtype: see
/// [`TimeUnit`]. Because it is not in the Rust type, arrays are written with
/// [`Builder::array_as`](crate::Builder::array_as).
///
/// ```
/// use cuteshm::{Datetime64, Dtype};
/// let unit = Dtype::parse("<M8[ms]")?.time_unit().unwrap();
/// assert_eq!(Datetime64(1_500).unix_ns(unit), Some(1_500_000_000));
/// assert_eq!(Datetime64::NAT.unix_ns(unit), None);
/// # Ok::<(), cuteshm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Datetime64(pub i64);

/// A span of time, `<m8[unit]`: how many of the unit. See [`Datetime64`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Timedelta64(pub i64);

macro_rules! time {
    ($($type:ident: $kind:literal),*) => {$(
        // An integer: all bits are values, no padding.
        element!(impl[] $type, concat!($kind, "[..]").to_string(), |dtype: &str| dtype.starts_with($kind));

        impl $type {
            /// "Not a time": no value.
            pub const NAT: Self = $type(i64::MIN);

            /// Whether it is no value.
            #[inline]
            pub const fn is_nat(self) -> bool {
                self.0 == i64::MIN
            }
        }
    )*};
}

time!(Datetime64: "<M8", Timedelta64: "<m8");

impl Datetime64 {
    /// Nanoseconds since 1970-01-01T00:00, any fraction cut off. `None` for not-a-time and the generic unit.
    pub fn unix_ns(self, unit: TimeUnit) -> Option<i128> {
        if self.is_nat() {
            return None;
        }
        let count = i128::from(self.0) * i128::from(unit.multiple);
        match unit.base {
            TimeBase::Year => days_before_month(count.checked_mul(12)?)?.checked_mul(DAY_NS),
            TimeBase::Month => days_before_month(count)?.checked_mul(DAY_NS),
            _ => unit.base.scale(count),
        }
    }
}

impl Timedelta64 {
    /// Nanoseconds, any fraction cut off. `None` for not-a-time, the generic unit, and months and years, whose length
    /// varies.
    pub fn nanoseconds(self, unit: TimeUnit) -> Option<i128> {
        if self.is_nat() {
            return None;
        }
        unit.base.scale(i128::from(self.0) * i128::from(unit.multiple))
    }
}

const DAY_NS: i128 = 86_400_000_000_000;

/// Days from 1970-01-01 to the first day of the month that is `months` after January 1970.
fn days_before_month(months: i128) -> Option<i128> {
    // Years that begin in March have their leap day last; 153 days are in each five months of those.
    let since_march = months.checked_add(1970 * 12 - 2)?;
    let (year, month) = (since_march.div_euclid(12), since_march.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 - 719_468)
}

/// What a time counts: `multiple` times `base`, such as 25 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeUnit {
    /// How many of the base unit make one; at least 1.
    pub multiple: u32,
    /// The base unit.
    pub base: TimeBase,
}

/// numpy's base units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs)] // the names say it
pub enum TimeBase {
    Year,
    Month,
    Week,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    Microsecond,
    Nanosecond,
    Picosecond,
    Femtosecond,
    Attosecond,
    /// No unit was given.
    Generic,
}

const NAMES: [(&str, TimeBase); 14] = [
    ("Y", TimeBase::Year),
    ("M", TimeBase::Month),
    ("W", TimeBase::Week),
    ("D", TimeBase::Day),
    ("h", TimeBase::Hour),
    ("m", TimeBase::Minute),
    ("s", TimeBase::Second),
    ("ms", TimeBase::Millisecond),
    ("us", TimeBase::Microsecond),
    ("ns", TimeBase::Nanosecond),
    ("ps", TimeBase::Picosecond),
    ("fs", TimeBase::Femtosecond),
    ("as", TimeBase::Attosecond),
    ("", TimeBase::Generic),
];

impl TimeBase {
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, base)| *base)
    }

    fn name(self) -> &'static str {
        NAMES.iter().find(|(_, base)| *base == self).map_or("", |(name, _)| name)
    }

    /// `count` of this unit in nanoseconds.
    fn scale(self, count: i128) -> Option<i128> {
        let (multiply, divide) = match self {
            TimeBase::Week => (7 * DAY_NS, 1),
            TimeBase::Day => (DAY_NS, 1),
            TimeBase::Hour => (3_600_000_000_000, 1),
            TimeBase::Minute => (60_000_000_000, 1),
            TimeBase::Second => (1_000_000_000, 1),
            TimeBase::Millisecond => (1_000_000, 1),
            TimeBase::Microsecond => (1_000, 1),
            TimeBase::Nanosecond => (1, 1),
            TimeBase::Picosecond => (1, 1_000),
            TimeBase::Femtosecond => (1, 1_000_000),
            TimeBase::Attosecond => (1, 1_000_000_000),
            TimeBase::Year | TimeBase::Month | TimeBase::Generic => return None,
        };
        Some(count.checked_mul(multiply)? / divide)
    }
}

/// As between the brackets of a dtype: `25s`; nothing for the generic unit.
impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.multiple {
            1 => f.write_str(self.base.name()),
            multiple => write!(f, "{multiple}{}", self.base.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(multiple: u32, base: TimeBase) -> TimeUnit {
        TimeUnit { multiple, base }
    }

    #[test]
    fn calendar_units_are_points_in_time() {
        let days = |count, base| Datetime64(count).unix_ns(unit(1, base)).map(|ns| ns / DAY_NS);
        assert_eq!(days(0, TimeBase::Year), Some(0));
        assert_eq!(days(30, TimeBase::Year), Some(10_957)); // 2000-01-01
        assert_eq!(days(-1, TimeBase::Month), Some(-31)); // 1969-12-01
        assert_eq!(days(2, TimeBase::Month), Some(59));
        assert_eq!(days(362, TimeBase::Month), Some(11_017)); // 2000-03-01
        assert_eq!(days(i64::MAX, TimeBase::Generic), None);
    }

    #[test]
    fn spans_scale_by_their_multiple() {
        assert_eq!(Timedelta64(2).nanoseconds(unit(25, TimeBase::Second)), Some(50_000_000_000));
        assert_eq!(Timedelta64(1_999).nanoseconds(unit(1, TimeBase::Picosecond)), Some(1));
        assert_eq!(Timedelta64(1).nanoseconds(unit(1, TimeBase::Month)), None);
        assert_eq!(Timedelta64::NAT.nanoseconds(unit(1, TimeBase::Day)), None);
    }

    #[test]
    fn a_unit_is_written_as_in_a_dtype() {
        assert_eq!(unit(25, TimeBase::Second).to_string(), "25s");
        assert_eq!(unit(1, TimeBase::Nanosecond).to_string(), "ns");
        assert_eq!(TimeBase::from_name("us"), Some(TimeBase::Microsecond));
    }
}
