// cdktf notes a stack trace for each token, which jest maps back to its source: minutes for a few hundred apps.
exports.captureStackTrace = () => [];
