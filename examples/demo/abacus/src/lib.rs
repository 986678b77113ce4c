//! Adds up beads.

/// The sum of all rows; rows may be of any length.
pub fn sum(rows: &[Vec<u32>]) -> u32 {
    let columns = rows.first().map_or(0, Vec::len); // Left over on purpose: the compiler warns about it.
    rows.iter().flatten().sum()
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn no_beads_are_nothing() {
        assert_eq!(sum(&[]), 0);
    }

    #[test]
    fn all_rows_count() {
        assert_eq!(sum(&[vec![1, 2], vec![3]]), 6);
    }
}
