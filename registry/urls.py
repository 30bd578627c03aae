from django.contrib.auth.views import LogoutView
from django.urls import path

from registry.views import account, components, home, jobs, policy

app_name = "registry"
urlpatterns = [
    path("", home.home, name="home"),
    path("sign-in/", account.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.PasswordChange.as_view(), name="password"),
    path("components/", components.components, name="components"),
    path("policy/", policy.policy_library, name="policy_library"),
    path("policy/<slug:code>/", policy.policy_document, name="policy_document"),
    path("jobs/<int:pk>/", jobs.job_detail, name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
]
