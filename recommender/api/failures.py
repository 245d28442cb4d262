"""An answer that is not given, and why."""


class Refused(Exception):
    """A request that is answered with an error.

    Parameters
    ----------
    status : of the HTTP answer
    sentence : for whoever wrote the request
    retry_after_s : when to try again, where that helps
    """

    def __init__(self, status: int, sentence: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after_s = retry_after_s
