//! The connection's own guard: writes that make too little progress fail, and so does an opening that never comes.
//!
//! The watch over bodies does not see what hyper has buffered already; this does. Time counts only while a write waits.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::watch::Pace;

/// How HTTP/2 begins. What begins otherwise is HTTP/1, and hyper minds its time from the first byte that differs.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection that fails rather than stall.
pub struct Paced<C> {
    connection: C,
    pace: Pace,
    /// Bytes taken since writes began to wait.
    taken: u64,
    /// Time that writes have waited, up to `waiting`.
    spent: Duration,
    waiting: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    /// Bytes of the preface read so far, and the time left to tell HTTP/1 from HTTP/2.
    opening: Option<(usize, Pin<Box<Sleep>>)>,
}

impl<C> Paced<C> {
    /// Guards a connection; its client must open it within `opening_max`.
    pub fn new(connection: C, pace: Pace, opening_max: Duration) -> Paced<C> {
        Paced {
            connection,
            pace,
            taken: 0,
            spent: Duration::ZERO,
            waiting: None,
            timer: Box::pin(sleep(pace.stall_max)),
            opening: Some((0, Box::pin(sleep(opening_max)))),
        }
    }

    /// Minds what a write came to.
    fn mind(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Some(since) = self.waiting.take() {
            self.spent += since.elapsed();
        }
        if let Poll::Ready(result) = written {
            self.taken += result.as_ref().map_or(0, |bytes| *bytes as u64);
            return Poll::Ready(result);
        }
        if self.spent.is_zero() {
            // The client's time begins now; what the buffers below took before was not its doing.
            self.taken = 0;
        } else if self.spent >= self.pace.stall_max {
            if self.taken < self.pace.bytes_min() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stalls")));
            }
            (self.taken, self.spent) = (0, Duration::ZERO);
        }
        let now = Instant::now();
        self.waiting = Some(now);
        self.timer.as_mut().reset(now + self.pace.stall_max.saturating_sub(self.spent));
        // Polled so that it wakes this task; if it is due at once, the next write decides.
        if self.timer.as_mut().poll(cx).is_ready() {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<C: AsyncWrite + Unpin> AsyncWrite for Paced<C> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write(cx, bytes);
        self.mind(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.connection).poll_write_vectored(cx, slices);
        self.mind(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.connection.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.connection).poll_shutdown(cx)
    }
}

impl<C: AsyncRead + Unpin> AsyncRead for Paced<C> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.connection).poll_read(cx, buffer);
        let Some((matched, timer)) = &mut this.opening else { return read };
        if read.is_pending() {
            ready!(timer.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not begin")));
        }
        let news = &buffer.filled()[before..];
        let awaited = &PREFACE[*matched..];
        let common = news.len().min(awaited.len());
        *matched += common;
        if news.is_empty() || news[..common] != awaited[..common] || *matched == PREFACE.len() {
            this.opening = None;
        }
        read
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const PACE: Pace = Pace { bytes_per_second_min: 1000, stall_max: Duration::from_secs(10) };

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_cut_after_stall_max() {
        let (near, far) = duplex(1024);
        let mut near = Paced::new(near, PACE, Duration::from_secs(5));
        let start = Instant::now();
        let error = near.write_all(&[0; 4096]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), 10);
        drop(far);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_client_is_cut_and_a_steady_one_is_not() {
        for (bytes_a_second, survives) in [(500, false), (2000, true)] {
            let (near, mut far) = duplex(256);
            let mut near = Paced::new(near, PACE, Duration::from_secs(5));
            let reader = tokio::spawn(async move {
                let mut taken = vec![0; bytes_a_second];
                while far.read_exact(&mut taken).await.is_ok() {
                    sleep(Duration::from_secs(1)).await;
                }
            });
            let written = near.write_all(&[0; 100_000]).await;
            assert_eq!(written.is_ok(), survives, "{bytes_a_second}");
            drop(near);
            reader.await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_must_begin_in_time_and_may_rest_later() {
        for (opening, survives) in
            [("", false), ("PRI * HT", false), ("GET", true), ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true)]
        {
            let (near, mut far) = duplex(256);
            let mut near = Paced::new(near, PACE, Duration::from_secs(5));
            far.write_all(opening.as_bytes()).await.unwrap();
            let mut text = vec![0; opening.len()];
            near.read_exact(&mut text).await.unwrap();
            let rest = tokio::time::timeout(Duration::from_secs(60), near.read_u8()).await;
            assert_eq!(rest.is_err(), survives, "{opening}");
        }
    }
}
