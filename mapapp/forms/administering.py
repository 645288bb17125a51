"""The forms of those who run the site: invitations, accounts, organisations."""

from collections.abc import Collection

from wtforms import Form

from .fields import N_, Choice, Choices, Line, Sent, Ticked, WebAddress, is_mail_address, refuse

INVITED = ("partner", "moderator", "admin")  # the roles that somebody is invited to


class Needed(Line):
    """One line of text that must not be empty."""

    def pre_validate(self, form: Form) -> None:
        """Refuse an empty line."""
        super().pre_validate(form)
        if not self.data:
            raise refuse(N_("Please fill this in."))


class Mail(Needed):
    """A mail address."""

    def __init__(self, **rest: object) -> None:
        super().__init__(longest=254, **rest)

    def pre_validate(self, form: Form) -> None:
        """Refuse what cannot be one."""
        super().pre_validate(form)
        if not is_mail_address(str(self.data)):
            raise refuse(N_("Please give a mail address such as name@example.org."))


class NeededChoice(Choice):
    """One of some keys; something must be chosen."""

    def pre_validate(self, form: Form) -> None:
        """Refuse none, and what is not offered."""
        super().pre_validate(form)
        if self.data is None:
            raise refuse(N_("Please choose one."))


class AccountForm(Form):
    """The rights of an account. Organisations by id; `editor_of` are those of them whose second key it may turn."""

    role = NeededChoice(known=INVITED)
    may_evaluate = Ticked()
    organisations = Choices(most=200)
    editor_of = Choices(most=200)

    def memberships(self) -> dict[int, bool]:
        """Return the organisations: id → whether as an editor."""
        chosen = [*self.organisations.data, *(one for one in self.editor_of.data if one not in self.organisations.data)]
        return {int(one): one in self.editor_of.data for one in chosen}


class InvitationForm(AccountForm):
    """An invitation; the mail is written in `language`."""

    mail = Mail()
    language = NeededChoice()


class OrganisationForm(Form):
    """An organisation."""

    name = Needed(longest=300)
    website = WebAddress()
    region = Choice()
    second_key = Ticked()


def account_form(given: Sent, organisations: Collection[str], form: type[AccountForm] = AccountForm) -> AccountForm:
    """Return a form of what was sent; `organisations` are the ids that there are."""
    made = form(given)
    made.organisations.known = made.editor_of.known = organisations
    return made
