//! gzip, block by block: each block leaves at once, so that the first bytes of a page need not wait for the last.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Level: rows of JSON shrink well at the lowest, which costs a fraction of the others.
const LEVEL: u32 = 1;

/// A gzip stream being written.
pub struct Gzip(GzEncoder<Vec<u8>>);

impl Gzip {
    /// A new stream.
    pub fn new() -> Gzip {
        Gzip(GzEncoder::new(Vec::new(), Compression::new(LEVEL)))
    }

    /// The compressed block, complete enough to be read. Writing into memory does not fail.
    pub fn block(&mut self, bytes: &[u8]) -> Bytes {
        let _ = self.0.write_all(bytes).and_then(|()| self.0.flush());
        self.taken()
    }

    /// The end of the stream.
    pub fn end(&mut self) -> Bytes {
        let _ = self.0.try_finish();
        self.taken()
    }

    fn taken(&mut self) -> Bytes {
        Bytes::from(std::mem::take(self.0.get_mut()))
    }
}

/// A whole text, compressed.
pub fn whole(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::new(LEVEL));
    let _ = encoder.write_all(bytes);
    encoder.finish().map(Bytes::from).unwrap_or_default()
}
