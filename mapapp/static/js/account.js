/** The pages of signing in and of one's account: a form that was interrupted is sent again by itself. */

document.querySelector("form[data-send-now]")?.requestSubmit();
