//! Notes as users live with them, on both databases.

mod erase;
mod house;
mod live;
mod notes;
mod told;
