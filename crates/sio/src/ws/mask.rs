//! Masking of client payloads.

/// Applies `mask` to `bytes`, whose first byte is byte `offset` of the payload.
pub(super) fn apply(bytes: &mut [u8], mask: [u8; 4], offset: usize) {
    let mut key = mask;
    key.rotate_left(offset % 4);
    let wide = u128::from_ne_bytes(std::array::from_fn(|i| key[i % 4]));

    let mut chunks = bytes.chunks_exact_mut(16);
    for chunk in &mut chunks {
        let word: [u8; 16] = (*chunk).try_into().expect("chunks_exact gives whole chunks");
        chunk.copy_from_slice(&(u128::from_ne_bytes(word) ^ wide).to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::apply;

    proptest! {
        #[test]
        fn masking_in_any_two_parts_equals_masking_byte_by_byte(
            bytes in proptest::collection::vec(any::<u8>(), 0..100), mask: [u8; 4], cut: usize,
        ) {
            let expected: Vec<u8> = bytes.iter().enumerate().map(|(i, byte)| byte ^ mask[i % 4]).collect();
            let cut = if bytes.is_empty() { 0 } else { cut % bytes.len() };
            let mut masked = bytes;

            let (head, tail) = masked.split_at_mut(cut);
            apply(head, mask, 0);
            apply(tail, mask, cut);

            prop_assert_eq!(masked, expected);
        }
    }
}
