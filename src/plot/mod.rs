//! Drawing of views.
