"""Coming back from the payment page: the credits arrive with the payment's confirmation, not with the customer."""

import streamlit as st

from billing_core.console.formatting import html_text, price
from billing_core.console.queries.credits import CreditAnswers, forget_credits, purchase_returned
from billing_core.console.session import guarded_fragment
from billing_core.services.purchases.ports import Purchase, PurchaseStatus

_ASK_EVERY_SECONDS = 2


def returned_notice(answers: CreditAnswers) -> None:
    """What became of the purchase that the address names; nothing without one, or for one of somebody else."""
    asked = [st.query_params.get(name, "") for name in ("purchase", "session_id")]
    if not any(asked):
        return
    purchase = purchase_returned(answers.organization.id, *asked)
    if purchase is None:
        return
    if asked[1] and purchase.status not in (PurchaseStatus.PAID, PurchaseStatus.EXPIRED):
        guarded_fragment(_waiting, run_every=_ASK_EVERY_SECONDS)(answers.organization.id, *asked)
    else:
        _settled(purchase, answers)


def _waiting(organization_id: str, purchase_id: str, session_id: str) -> None:
    purchase = purchase_returned(organization_id, purchase_id, session_id)
    if purchase is None or purchase.status is PurchaseStatus.PAID:
        forget_credits()
        st.rerun()
    st.info("Payment received. The credits arrive in a moment.", icon=":material/hourglass_top:")


def _settled(purchase: Purchase, answers: CreditAnswers) -> None:
    if purchase.status is PurchaseStatus.PAID:
        if purchase.grant_id not in {state.grant.id for state in answers.grants}:
            forget_credits()
            st.rerun()
        st.success(f"{price(purchase.credits)} credits added.", icon=":material/check_circle:")
    elif purchase.status is PurchaseStatus.EXPIRED or not purchase.checkout_url:
        st.warning("Payment was not completed. Nothing was charged.", icon=":material/info:")
    else:
        with st.container(horizontal=True, vertical_alignment="center", key="credits_unpaid"):
            st.warning("Payment was not completed. Nothing was charged.", icon=":material/info:")
            st.html(
                f'<a class="tb-link" target="_self" href="{html_text(purchase.checkout_url)}">'
                f"Pay {html_text(price(purchase.price))}</a>"
            )
