//! The program as its users meet it: the built binary, in a folder of its own.

mod commands;
mod help;
mod program;
mod serving;
mod workspace;
